"""The components of the interview flows. They carry no rules of their own: the back end's pure modules do."""

"""Who somebody is: guests, accounts, sign-ins, links of mails, log-in by an issuer."""

"""Language models. The keys stay here: flows ask the gateway, the gateway asks the maker's client."""

"""What the Makefile calls: checks, test runs, the API client."""

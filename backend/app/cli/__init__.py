"""The commands of `python -m app`. They call the same functions as the web, without database, queue or server."""

"""Starts the services of one machine, watches them, and stops exactly what it started."""

"""Consent, retention, export and erasure."""

"""Copies of everything that is known, in one file, and the way back."""

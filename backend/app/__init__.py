"""Rehearsal: practise a job interview for one real posting."""

__version__ = "0.1.0"

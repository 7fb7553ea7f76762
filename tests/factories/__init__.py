"""Makers of the least that is valid, one file per app."""

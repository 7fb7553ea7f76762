"""Measured promises: each bench is one file, runs the product with its peers in the same run, and has limits."""

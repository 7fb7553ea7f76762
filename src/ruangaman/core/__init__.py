"""What every app may lean on: access marks, refusals, codes, code lists. Knows no other app."""

"""Agencies, units, desks, the people who sign in, and what each role may do."""

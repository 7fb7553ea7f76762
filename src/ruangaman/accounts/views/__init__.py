"""Signing in, the second step, the locked screen, the own settings, the demo's change of roles."""

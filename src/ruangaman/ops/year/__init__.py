"""One scripted year of an office: every state, gate and clock, and whether what it left behind agrees with itself."""

"""Settings, addresses and the door that every request passes."""

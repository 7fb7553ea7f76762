"""One file for each source of work and its section in the navigation; importing the folder fills `web.registry`."""

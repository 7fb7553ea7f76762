"""Reports: how they come in, the thread with the reporter, and what the desk does with them."""

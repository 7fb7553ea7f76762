"""Using the recovery shares: the conversation with custodians and officers, and one transaction at the end."""

"""Making a new city: secrets and roles, the conversation, the recovery ceremony, and one transaction at the end."""

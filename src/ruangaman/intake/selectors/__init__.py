"""Every read of intake."""

"""Who agreed to what, for whom, and on which other basis something is done. What sends asks here first."""

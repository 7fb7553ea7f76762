"""Django's PostgreSQL, with a cheaper look at the connections of its pool."""

"""Backup and restore: rows and files in, one age file out; and back into an empty place, proved before it opens."""

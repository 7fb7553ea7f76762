"""Histories of cases on PostgreSQL, compared act by act with a plain model of the office's flow."""

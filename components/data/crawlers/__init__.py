"""Crawlers, which find out what is in files that nobody has declared a table for."""

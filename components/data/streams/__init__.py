"""Streams: what is put into one arrives as files in a zone of the lake."""

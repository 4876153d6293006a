"""Backups of what the lake holds."""

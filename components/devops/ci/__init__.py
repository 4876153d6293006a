"""Roles for a host's own CI."""

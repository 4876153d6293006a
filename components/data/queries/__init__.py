"""Querying the lake: workgroups, and what is kept in them."""

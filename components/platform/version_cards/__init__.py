"""Model cards that are kept with versions as they are registered."""

"""A model that stays good by itself, shown on the embedded AWS: its data, record and page."""

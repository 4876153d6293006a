"""Need 2: clean data is there by itself: zoned lake, catalog, feature store."""

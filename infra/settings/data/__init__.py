"""Need 2, clean data is there by itself: the lake and the feature groups."""

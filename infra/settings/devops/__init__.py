"""Need 1, a change reaches production by itself: where code comes from, when it goes out."""

"""Need 1: a change reaches production by itself: image registry and delivery pipeline."""

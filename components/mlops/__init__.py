"""Need 4: a model stays good by itself: endpoints, monitors, retraining."""

"""Need 4, a model stays good by itself, and the model as a whole: one module a part of it."""

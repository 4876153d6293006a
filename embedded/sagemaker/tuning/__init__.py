"""Hyperparameter tuning jobs: what is refused, where values are looked for, and the search."""

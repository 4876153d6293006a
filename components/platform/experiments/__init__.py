"""Experiments: managed MLflow, where trainings keep what they tried and what came of it."""

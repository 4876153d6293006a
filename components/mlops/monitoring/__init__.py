"""Monitors of what a model is asked and answers."""

"""Dashboards of CloudWatch: of each model, and of an environment."""

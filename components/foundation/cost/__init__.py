"""Budgets, cost anomalies and cost allocation tags."""

"""Spark on this machine: what EMR would run, run by the PySpark that is installed."""

"""What is told and asked of an environment's cluster."""

"""What keeps a model good: it retrains, compares and decides."""

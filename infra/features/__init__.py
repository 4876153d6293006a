"""What models learn from the feature store, and what they are asked with."""

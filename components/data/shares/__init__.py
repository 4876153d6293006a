"""What others than the environment's own people and jobs read of the lake."""

"""What the environments that models are promoted through open to each other."""

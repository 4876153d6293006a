"""What a pipeline's step of each type does: a module for each type or family, and their list."""

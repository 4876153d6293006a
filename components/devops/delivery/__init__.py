"""How a change of the platform reaches an environment."""

"""How a change of a model's project reaches its endpoint."""

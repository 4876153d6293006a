"""Need 3: anyone can train a model by themselves: training pipelines and model registry."""

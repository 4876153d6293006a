"""What makes cards: in a function of Lambda, and at `maslow model card`."""

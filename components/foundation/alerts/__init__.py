"""Alert topics, what subscribes to them, and the rules that notify them."""

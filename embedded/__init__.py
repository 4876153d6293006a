"""The embedded AWS: the platform's cloud on a laptop, without an account."""

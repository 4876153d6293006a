"""The network, its ways out, and the private ways to AWS services."""

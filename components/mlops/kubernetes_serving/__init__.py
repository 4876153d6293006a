"""Models that are served on Kubernetes, by KServe."""

"""A Kubernetes on this machine: takes objects as an API server would, keeps them, and runs none.

Its clusters are those that the embedded AWS's EKS has. What is written to them is held against the
schemas of the cluster's version and of custom kinds, and against what admission would refuse.
"""

"""Kubernetes: the settings of the cluster, its pools, teams and add-ons."""

"""Kubernetes: an EKS cluster in Auto Mode, its nodes, teams and add-ons."""

"""MLflow on this machine: the package's own server, for the apps and tracking servers."""

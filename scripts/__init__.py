"""The `maslow` command: thin, over `infra` and boto3."""

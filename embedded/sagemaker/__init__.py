"""The embedded SageMaker, in miniature: pipelines run their steps, models answer for endpoints."""

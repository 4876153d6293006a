"""Models that pods of the cluster train, where the pipeline has SageMaker train otherwise."""

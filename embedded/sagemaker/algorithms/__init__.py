"""Algorithms that SageMaker brings as images of its own, done by packages of this machine."""

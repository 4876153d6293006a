"""What runs in the cluster beside a model: what fetches it, and what keeps its requests.

It runs in SageMaker's scikit-learn image, on Python 3.10 and boto3, and imports nothing else. The
modules that are links come from where others read them.
"""

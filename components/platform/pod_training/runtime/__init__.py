"""What runs in the cluster: it asks for trainings, brings their data, and keeps their models.

It runs in SageMaker's scikit-learn image, on Python 3.10 and boto3, and imports nothing else; what
is under Ray runs in the model's own. The modules that are links come from where others read them.
"""

"""The part of AWS's `awsglue` that most scripts use, over plain Spark.

What it lacks raises an error with its name.
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python.html
"""

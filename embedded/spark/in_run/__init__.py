"""What runs beside a script, in its process: it knows pyspark and boto3, and nothing of maslow."""

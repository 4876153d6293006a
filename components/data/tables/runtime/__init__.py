"""What Lambda runs for a table: each module is whole in itself, and needs boto3 alone."""

"""What Lambda runs for a stream: each module is whole in itself, and needs boto3 alone."""

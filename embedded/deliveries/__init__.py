"""What Firehose makes of records: where they belong, and what file they become."""

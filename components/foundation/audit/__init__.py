"""What records, judges and watches the account."""

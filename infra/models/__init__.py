"""What models are at and what is decided of their versions, by AWS's own API."""

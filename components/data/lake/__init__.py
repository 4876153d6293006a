"""The lake: its zones, each a bucket and a database, and how they are queried."""

"""Tables of the lake: their columns and partitions in the data catalog."""

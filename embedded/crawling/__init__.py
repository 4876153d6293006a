"""What a crawler of Glue finds: tables, their columns and their partitions, told from files."""

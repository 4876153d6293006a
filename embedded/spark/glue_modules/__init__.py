"""What scripts of Glue import, put on the path of their runs alone."""

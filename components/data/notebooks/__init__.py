"""EMR Studio: where people of a persona work with notebooks of Spark."""

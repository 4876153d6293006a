"""SageMaker Studio: where people of a team work with notebooks and code."""

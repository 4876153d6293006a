"""Airflow in miniature: definitions of MWAA Serverless are read, and their tasks carried out."""

"""The platform's components, one folder per need."""

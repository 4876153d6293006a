"""What turns endpoints off outside of the hours in which an environment works."""

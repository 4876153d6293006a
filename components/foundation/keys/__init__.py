"""Encryption keys, one for each class of data, and who may use them."""

"""Where images and packages are kept and scanned."""

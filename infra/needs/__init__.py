"""One module for each need of the hierarchy: from its settings to its components."""

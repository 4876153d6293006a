"""Records of feature groups: their rules, the online store and the files of the offline store."""

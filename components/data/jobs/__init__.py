"""Jobs of data: scripts that read some places of the lake and write others."""

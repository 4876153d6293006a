"""File systems: files that many jobs and people read and write as on a disk."""

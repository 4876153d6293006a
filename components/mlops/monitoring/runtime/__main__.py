"""Runs the command where the package is run."""

import sys

from .monitor import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

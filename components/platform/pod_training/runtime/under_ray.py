"""The entry point of a Ray job: the training's own command, and then what keeps its model.

The command runs on the head of the Ray cluster, which has the channels. What it writes is the job's
log, and its exit status is the job's where it is none of success.
"""

import json
import os
import subprocess
import sys

from . import keep
from .training_message import command_of


def main() -> None:
    """Do as the request says."""
    request = json.loads(os.environ["REQUEST"])
    status = subprocess.run(command_of(request), cwd="/", check=False).returncode
    if status:
        sys.stdout.write(f"AlgorithmError: exit code {status}\n")
        raise SystemExit(1)
    keep.main()


if __name__ == "__main__":
    main()

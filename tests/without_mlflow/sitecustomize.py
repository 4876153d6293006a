"""On the path of a process that is to have no MLflow, whether or not it is installed here.

So it is for who has not typed `make sagemaker`, and what `make up` prints and takes is theirs.
https://docs.python.org/3/library/site.html#module-sitecustomize
"""

import importlib.metadata
import sys

sys.modules["mlflow"] = None  # type: ignore[assignment]
_version = importlib.metadata.version


def version(name: str) -> str:
    """The version of an installed package, and of MLflow that there is none."""
    if name == "mlflow":
        raise importlib.metadata.PackageNotFoundError(name)
    return _version(name)


importlib.metadata.version = version

"""How the processes of SageMaker's XGBoost are started: with this package on their path."""

from pathlib import Path

from embedded.sagemaker.images import image_of

ROOT = Path(__file__).parents[3]
TRAINING = ["python", "-P", "-m", "embedded.sagemaker.algorithms.xgboost_training"]
SERVING = ["-P", "-m", "embedded.sagemaker.algorithms.xgboost_serving"]
"""Arguments of Python's, to be followed by those of serving.py."""
VERSION = "XGBOOST_IMAGE_VERSION"
"""Names the variable with the tag of the image."""


def variables(image: str) -> dict[str, str]:
    """What such a process has in its environment besides what its job or model has."""
    return {"PYTHONPATH": str(ROOT), VERSION: image_of(image).tag}

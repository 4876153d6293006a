"""Which image a model's settings have its versions served in."""

from infra.settings.framework_image import image_for
from infra.settings.mlops.model import ModelSettings


def serving_image(model: ModelSettings, region: str) -> str | None:
    """The image of the endpoint's framework in a region; None where that of the jobs serves.

    Raises KeyError where the region has no image of the framework.
    """
    serving = model.serving
    found = image_for(serving.framework, "serving", [serving.instance])
    return found.uri(region) if found else None

"""Writes `images.json` anew: `python -m catalog.generate_images`, after `make sagemaker`.

The SageMaker SDK knows in which account of each region AWS keeps its images.
"""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from catalog.images import FILE

REPOSITORIES = {
    "sagemaker-scikit-learn": "sklearn",
}
"""Repositories of the images that the platform names, with the SDK's files about them."""


def generated() -> dict[str, dict[str, str]]:
    """Registry by region, by repository, read from the installed SDK."""
    sdk = find_spec("sagemaker")  # its files are read, since it takes seconds to import
    places = [*((sdk and sdk.submodule_search_locations) or [])]
    folders = [Path(place, "core", "image_uri_config") for place in places]
    folder = next(folder for folder in folders if folder.is_dir())
    found: dict[str, dict[str, str]] = {}
    for repository, name in REPOSITORIES.items():
        document = json.loads((folder / f"{name}.json").read_text())
        registries: dict[str, str] = {}
        for version in _versions(document):
            if version.get("repository") == repository:
                registries |= version["registries"]
        found[repository] = dict(sorted(registries.items()))
    return found


def _versions(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key, value in document.items():
        if key == "versions" and isinstance(value, dict):
            yield from value.values()
        elif isinstance(value, dict):
            yield from _versions(value)


def rendered(images: dict[str, dict[str, str]]) -> str:
    """JSON with a line for each region."""
    return json.dumps(images, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(rendered(generated()))

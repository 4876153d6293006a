"""Writes `framework_images.json`: `python -m catalog.generate_framework_images`, with the SDK.

The SageMaker SDK knows which images AWS keeps of each framework, by version, processor and region.
Only what trains is taken, and of each minor version the newest.
"""

import json
from collections.abc import Iterator
from importlib.metadata import version as installed
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from catalog.framework_images import FILE

SOURCES = {
    "pytorch": ("pytorch", "pytorch-neuron"),
    "tensorflow": ("tensorflow",),
    "sklearn": ("sklearn",),
    "xgboost": ("xgboost",),
    "huggingface": ("huggingface", "huggingface-neuronx"),
}
"""The SDK's files about each framework."""
PROCESSORS = {"cpu": "none", "gpu": "GPU", "trn": "Trainium"}
"""What the SDK calls that which people call otherwise."""
WITHOUT_A_PROCESSOR = frozenset({"sagemaker-xgboost"})
"""Repositories whose newer tags are a version alone."""


def generated() -> dict[str, Any]:
    """What the installed SDK knows: registries, and images by framework, version, accelerator."""
    registries: list[dict[str, str]] = []
    images: dict[str, dict[str, dict[str, list[Any]]]] = {}
    for framework, names in SOURCES.items():
        found = images.setdefault(framework, {})
        for name in names:
            for shown, accelerator, image, accounts in _images(_document(name)):
                where = dict(sorted(accounts.items()))
                if where not in registries:
                    registries.append(where)
                found.setdefault(shown, {})[accelerator] = [image, registries.index(where)]
    return {"sdk": installed("sagemaker"), "registries": registries, "images": images}


def _document(name: str) -> dict[str, Any]:
    sdk = find_spec("sagemaker")  # its files are read, since it takes seconds to import
    places = [*((sdk and sdk.submodule_search_locations) or [])]
    folders = [Path(place, "core", "image_uri_config") for place in places]
    folder = next(folder for folder in folders if folder.is_dir())
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return found


def _images(document: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Version as people say it, accelerator, repository with tag, and registry by region."""
    training = document["training"]
    aliases = training.get("version_aliases", {})
    newest = {of: alias for alias, of in aliases.items() if alias != "latest"}
    for version, known in training["versions"].items():
        if newest and version not in newest:
            continue
        if "py2" in known.get("py_versions", ()):  # years after the last Python 2
            continue
        for base, one in _bases(known):
            repository = one["repository"]
            if repository == "xgboost":  # of the algorithm alone, which runs no script
                continue
            prefix = f"{base.removeprefix('pytorch')}-transformers{version}" if base else version
            for processor in one.get("processors") or training.get("processors") or ["cpu"]:
                tag = _tag(prefix, processor, one, repository)
                shown = newest.get(version, version)
                yield shown, PROCESSORS[processor], f"{repository}:{tag}", one["registries"]


def _bases(known: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A version, or where it is of several frameworks, that of the newest PyTorch."""
    if "repository" in known:
        yield "", known
        return
    bases = [key for key in known if key.startswith("pytorch")]
    if bases:
        yield bases[-1], known[bases[-1]]


def _tag(prefix: str, processor: str, one: dict[str, Any], repository: str) -> str:
    python = one["py_versions"][-1] if one.get("py_versions") else ""
    containers = one.get("container_version", {})
    container = containers.get(processor, next(iter(containers.values()), ""))
    if "neuron" in repository:
        processor = "neuronx" if repository.endswith("neuronx") else "neuron"
        container = f"{one['sdk_versions'][-1]}-{container}"
    elif repository in WITHOUT_A_PROCESSOR and not python:
        processor = ""
    return "-".join(part for part in (prefix, processor, python, container) if part)


def rendered(found: dict[str, Any]) -> str:
    """JSON with a line for each version."""
    registries = ",\n".join(json.dumps(each) for each in found["registries"])
    frameworks = ",\n".join(
        f'"{name}": {{\n'
        + ",\n".join(f"{json.dumps(each)}: {json.dumps(of)}" for each, of in versions.items())
        + "}"
        for name, versions in found["images"].items()
    )
    sdk = json.dumps(found["sdk"])
    return f'{{"sdk": {sdk},\n"registries": [\n{registries}],\n"images": {{\n{frameworks}}}}}\n'


if __name__ == "__main__":
    FILE.write_text(rendered(generated()))

"""Writes `framework_images.json`: `python -m catalog.generate_framework_images`, with the SDK.

The SageMaker SDK knows which images AWS keeps of each framework, by version, processor and region.
Only what trains and what serves is taken, and of each minor version the newest.
"""

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version as installed
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from catalog.framework_images import ARM, FILE, NO_ACCELERATOR, Use


class Source(NamedTuple):
    """A part of one of the SDK's files."""

    file: str
    """Its name, without its ending."""
    scope: str
    """What the SDK calls the use."""
    runs_on: Mapping[str, tuple[str, ...]]
    """Accelerators by what the SDK calls them."""


PLAIN = {"cpu": (NO_ACCELERATOR,), "gpu": ("GPU",)}
GRAVITON = "inference_graviton"
TRAINIUM = {"trn": ("Trainium",)}
INFERENTIA = {"inf": ("Inferentia",)}
NEURONX = {"inf": ("Inferentia2", "Trainium")}
"""What is built for the second Inferentia runs on Trainium, too.

https://awsdocs-neuron.readthedocs-hosted.com/en/latest/frameworks/torch/inference-torch-neuronx.html
"""


def _plain(framework: str, scope: str) -> Source:
    return Source(framework, scope, PLAIN)


def _serving(framework: str) -> tuple[Source, ...]:
    return _plain(framework, "inference"), Source(framework, GRAVITON, {"cpu": (ARM,)})


SOURCES: dict[Use, dict[str, tuple[Source, ...]]] = {
    "training": {
        "pytorch": (
            _plain("pytorch", "training"),
            Source("pytorch-neuron", "training", TRAINIUM),
        ),
        "tensorflow": (_plain("tensorflow", "training"),),
        "sklearn": (_plain("sklearn", "training"),),
        "xgboost": (_plain("xgboost", "training"),),
        "huggingface": (
            _plain("huggingface", "training"),
            Source("huggingface-neuronx", "training", TRAINIUM),
        ),
    },
    "serving": {
        "pytorch": _serving("pytorch"),
        "tensorflow": _serving("tensorflow"),
        # The same images as for training, of which the SDK's list for inference misses some.
        "sklearn": (_plain("sklearn", "training"), *_serving("sklearn")),
        "xgboost": _serving("xgboost"),
        "huggingface": (
            _plain("huggingface", "inference"),
            Source("huggingface-neuron", "inference", INFERENTIA),
            Source("huggingface-neuronx", "inference", NEURONX),
        ),
    },
}
"""What the SDK says of each framework. Its files about Neo are of images that serve only what Neo
has compiled, and are left out."""
WITHOUT_A_PROCESSOR = frozenset({"sagemaker-xgboost"})
"""Repositories whose newer tags are a version alone."""


def generated() -> dict[str, Any]:
    """What the installed SDK knows.

    It is registries, and images by use, framework, version and accelerator.
    """
    registries: list[dict[str, str]] = []
    images: dict[str, dict[str, dict[str, dict[str, list[Any]]]]] = {}
    for use, frameworks in SOURCES.items():
        for framework, sources in frameworks.items():
            found = images.setdefault(use, {}).setdefault(framework, {})
            for source in sources:
                for shown, accelerator, image, accounts in _images(source):
                    where = dict(sorted(accounts.items()))
                    if where not in registries:
                        registries.append(where)
                    found.setdefault(shown, {})[accelerator] = [image, registries.index(where)]
    return {"sdk": installed("sagemaker"), "registries": registries, **images}


def _document(name: str) -> dict[str, Any]:
    sdk = find_spec("sagemaker")  # its files are read, since it takes seconds to import
    places = [*((sdk and sdk.submodule_search_locations) or [])]
    folders = [Path(place, "core", "image_uri_config") for place in places]
    folder = next(folder for folder in folders if folder.is_dir())
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return found


def _images(source: Source) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Version as people say it, accelerator, repository with tag, and registry by region."""
    listed = _document(source.file)[source.scope]
    for version, shown in _newest(listed).items():
        known = listed["versions"][version]
        if "py2" in known.get("py_versions", ()):  # years after the last Python 2
            continue
        for base, one in _bases(known):
            repository = one["repository"]
            if repository == "xgboost":  # of the algorithm alone, which runs no script
                continue
            prefix = f"{base.removeprefix('pytorch')}-transformers{version}" if base else version
            for processor in one.get("processors") or listed.get("processors") or ["cpu"]:
                tag = _tag(prefix, processor, one, source)
                for accelerator in source.runs_on[processor]:
                    yield shown, accelerator, f"{repository}:{tag}", one["registries"]


def _newest(listed: dict[str, Any]) -> dict[str, str]:
    """The newest of each minor version, with what people call it; all where nothing says so."""
    aliases = {
        of: alias for alias, of in listed.get("version_aliases", {}).items() if alias != "latest"
    }
    if not aliases:
        return {version: version for version in listed["versions"]}
    minors = {".".join(version.split(".")[:2]): version for version in listed["versions"]}
    others = {of: minor for minor, of in minors.items() if minor not in aliases.values()}
    found = {**others, **aliases}
    return {version: found[version] for version in listed["versions"] if version in found}


def _bases(known: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A version, or where it is of several frameworks, that of the newest PyTorch."""
    if "repository" in known:
        yield "", known
        return
    bases = [key for key in known if key.startswith("pytorch")]
    if bases:
        yield bases[-1], known[bases[-1]]


def _tag(prefix: str, processor: str, one: dict[str, Any], source: Source) -> str:
    python = one["py_versions"][-1] if one.get("py_versions") else ""
    repository, containers = one["repository"], one.get("container_version", {})
    container = containers.get(processor, next(iter(containers.values()), ""))
    if "neuron" in repository:
        processor = "neuronx" if repository.endswith("neuronx") else "neuron"
        container = f"{one['sdk_versions'][-1]}-{container}"
    elif repository in WITHOUT_A_PROCESSOR and not python:
        processor = ""
    if source.scope == GRAVITON:
        if repository.startswith("sagemaker-"):  # one repository for all processors
            prefix = f"{prefix}-arm64"
        else:
            container = f"{container}-sagemaker"
    return "-".join(part for part in (prefix, processor, python, container) if part)


def rendered(found: dict[str, Any]) -> str:
    """JSON with a line for each version."""
    registries = ",\n".join(json.dumps(each) for each in found["registries"])
    uses = ",\n".join(f'"{use}": {{\n{_rendered(found[use])}}}' for use in SOURCES)
    return f'{{"sdk": {json.dumps(found["sdk"])},\n"registries": [\n{registries}],\n{uses}}}\n'


def _rendered(frameworks: dict[str, Any]) -> str:
    return ",\n".join(
        f'"{name}": {{\n'
        + ",\n".join(f"{json.dumps(each)}: {json.dumps(of)}" for each, of in versions.items())
        + "}"
        for name, versions in frameworks.items()
    )


if __name__ == "__main__":
    FILE.write_text(rendered(generated()))

"""The card of a version, made of what the registry keeps with it, as plain values.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelPackageModelCard.html
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = dict[str, Any]
Read = Callable[[str | None], Json | None]
"""The object of JSON at an S3 URI; None where there is none, or none that may be read."""

SENTENCE, SHORT_NAME = 1024, 63
"""Characters that AWS takes of a sentence, and of the name of a group of metrics."""
BY_ITSELF = {"model_overview"}
"""What a card has that nobody has written."""


def card_of(package: Mapping[str, Any], read: Read, said: Mapping[str, str], owner: str) -> Json:
    """The card of a version.

    `package` is what DescribeModelPackage tells of it, `said` what its project's card.yaml says, by
    its keys there, and `owner` who answers for the environment. What is unknown is left out.
    """
    container, snapshot = container_of(package), property_of(package, "snapshot")
    image, rows = container.get("Image"), (read(snapshot) or {}).get("rows")
    datasets = [snapshot] if snapshot else []
    groups = [*_quality(package, read), *_bias((read(baseline_of(package)) or {}).get("bias"))]
    held_out = {"name": "held-out records", "datasets": datasets, "metric_groups": groups}
    return {
        "model_overview": {"model_creator": owner, "model_artifact": [*_artifacts(package)]},
        "intended_uses": _known(
            {
                "purpose_of_model": said.get("purpose"),
                "intended_uses": said.get("intended_uses"),
                "factors_affecting_model_efficiency": said.get("factors"),
                "risk_rating": said.get("risk", "unknown").capitalize(),
                "explanations_for_risk_rating": said.get("risk_because"),
            }
        ),
        "training_details": _known(
            {
                "training_observations": f"{rows} records" if rows else None,
                "training_job_details": _known(
                    {
                        "training_datasets": datasets,
                        "training_environment": {"container_image": [image]} if image else None,
                    }
                ),
            }
        ),
        "evaluation_details": [held_out] if groups else [],
        "additional_information": _known(
            {
                "ethical_considerations": said.get("ethics"),
                "caveats_and_recommendations": said.get("caveats"),
                "custom_details": dict(_details(package, read(snapshot) or {})),
            }
        ),
    }


def is_written(card: Mapping[str, Any]) -> bool:
    """Whether a card says more than SageMaker knows by itself."""
    return bool(card.keys() - BY_ITSELF)


def container_of(package: Mapping[str, Any]) -> Json:
    """The first container of a version; an empty one where it has none."""
    containers: list[Json] = package.get("InferenceSpecification", {}).get("Containers") or [{}]
    return containers[0]


def digest_of(container: Mapping[str, Any]) -> str | None:
    """The digest of a container's image, as far as it is told."""
    told = container.get("ImageDigest") or container.get("Image", "").partition("@")[2]
    return str(told) or None


def property_of(package: Mapping[str, Any], name: str) -> str | None:
    """A property that was registered with a version, or added to it later."""
    value = (package.get("CustomerMetadataProperties") or {}).get(name)
    return str(value) if value else None


def revision_of(package: Mapping[str, Any]) -> str | None:
    """The revision of the code that a version was trained by: the folder that has it."""
    code = property_of(package, "code")
    return code.rstrip("/").rpartition("/")[2] if code else None


def quality_of(package: Mapping[str, Any]) -> str | None:
    """Where the report of a version's quality is."""
    return _statistics(package.get("ModelMetrics", {}).get("ModelQuality", {}))


def baseline_of(package: Mapping[str, Any]) -> str | None:
    """Where the baseline of a version's data is, with the bias that was measured."""
    return _statistics(package.get("DriftCheckBaselines", {}).get("ModelDataQuality", {}))


def metrics_of(report: Mapping[str, Any]) -> tuple[str | None, dict[str, float] | None]:
    """The kind of a model and its metrics, as a report of quality has them; None for unknown.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
    """
    for name, metrics in report.items():
        if name.endswith("_metrics") and isinstance(metrics, dict):
            values = {
                metric: float(one["value"])
                for metric, one in metrics.items()
                if isinstance(one, dict) and isinstance(one.get("value"), int | float)
            }
            return name.partition("_")[0], values
    return None, None


def _statistics(of: Mapping[str, Any]) -> str | None:
    uri = of.get("Statistics", {}).get("S3Uri")
    return str(uri) if uri else None


def _artifacts(package: Mapping[str, Any]) -> Iterator[str]:
    for container in package.get("InferenceSpecification", {}).get("Containers", []):
        if url := container.get("ModelDataUrl"):
            yield url


def _quality(package: Mapping[str, Any], read: Read) -> Iterator[Json]:
    kind, metrics = metrics_of(read(quality_of(package)) or {})
    if metrics:
        yield {"name": kind, "metric_data": [_metric(*each) for each in metrics.items()]}


def _bias(bias: Any) -> Iterator[Json]:
    """A group for each facet: `F, yes: DPL` of women, who get the label yes."""
    for facet in (bias or {}).get("facets", []):
        data = [
            _metric(f"{one['group']}, {one['positive']}: {measure}", read["value"])
            for one in facet["measures"]
            for measure, read in one["measures"].items()
            if isinstance(read.get("value"), int | float)
        ]
        if data:
            yield {"name": f"bias by {facet['facet']}"[:SHORT_NAME], "metric_data": data}


def _metric(name: str, value: float) -> Json:
    return {"name": name, "type": "number", "value": value}


def _details(package: Mapping[str, Any], snapshot: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    found = {
        "code revision": revision_of(package),
        "data sha256": snapshot.get("sha256"),
        "image digest": digest_of(container_of(package)),
        "execution": property_of(package, "execution"),
        "decision": package.get("ApprovalDescription"),
    }
    yield from ((name, value[:SENTENCE]) for name, value in found.items() if value)


def _known(values: Json) -> Json:
    return {name: value for name, value in values.items() if value is not None}

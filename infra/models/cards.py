"""The model card of a version: made of what is known of it, and kept with it.

What it is for is said by the project, in `card.yaml` beside its pipeline.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from infra.errors import InputError
from infra.models import card_form as form
from infra.models.place import Place, model_of
from infra.models.registry import document
from infra.models.reports import why
from infra.models.shapes import SnapshotShape, WhyShape

FILE = "card.yaml"
DRAFT = "Draft"
RISKS: Mapping[str, form.Risk] = {
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "unknown": "Unknown",
}


class About(BaseModel):
    """What a project's card.yaml says."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    purpose: form.Passage | None = None
    """What the model is for."""
    intended_uses: form.Passage | None = None
    """Who uses it, and what for; what it is not for."""
    factors: form.Passage | None = None
    """What its quality depends on."""
    risk: Literal["high", "medium", "low", "unknown"] = "unknown"
    risk_because: form.Passage | None = None
    ethics: form.Passage | None = None
    """What of it people may be hurt by."""
    caveats: form.Passage | None = None
    """What to keep in mind, and what is recommended."""


def about(project: Path) -> About:
    """What the project in a folder says of its model; nothing where it has no card.yaml.

    Raises InputError for a file that is no such thing.
    """
    path = project / FILE
    if not path.is_file():
        return About()
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        return About.model_validate({} if read is None else read)
    except yaml.YAMLError as error:
        raise InputError(f"{path}: {error}") from error
    except ValidationError as error:
        wrong = error.errors()[0]
        at = ".".join(map(str, wrong["loc"])) or FILE
        known = ", ".join(About.model_fields)
        raise InputError(f"{path}: {at}: {wrong['msg']}. It has {known}.") from error


def made(found: WhyShape, said: About, owner: str, package: Mapping[str, Any], bias: Any) -> Any:
    """The card of a version, as JSON has it.

    `package` is what DescribeModelPackage says of it, and `bias` the part of its baseline, or None.
    Raises pydantic's ValidationError for what AWS's schema does not take.
    """
    snapshot, image = found["snapshot"], found["image"]
    datasets = [snapshot["uri"]] if snapshot else []
    groups = [*_quality(found), *_bias(bias)]
    card = form.Card(
        model_overview=form.Overview(model_creator=owner, model_artifact=[*_artifacts(package)]),
        intended_uses=form.IntendedUses(
            purpose_of_model=said.purpose,
            intended_uses=said.intended_uses,
            factors_affecting_model_efficiency=said.factors,
            risk_rating=RISKS[said.risk],
            explanations_for_risk_rating=said.risk_because,
        ),
        training_details=form.Training(
            training_observations=_observed(snapshot),
            training_job_details=form.TrainingJob(
                training_datasets=datasets,
                training_environment=form.Environment(container_image=[image]) if image else None,
            ),
        ),
        evaluation_details=[
            form.Evaluation(name="held-out records", datasets=datasets, metric_groups=groups)
        ]
        if groups
        else [],
        additional_information=form.Additional(
            ethical_considerations=said.ethics,
            caveats_and_recommendations=said.caveats,
            custom_details=dict(_details(found)),
        ),
    )
    return card.model_dump(exclude_none=True)


def card(place: Place, model: str, number: int | None, root: Path) -> tuple[WhyShape, Any]:
    """What is known of a version, and its card; of the approved one unless a number is given.

    `root` is what projects are found from. Raises InputError and botocore's errors.
    """
    found = why(place, model, number)
    package = place.client("sagemaker").describe_model_package(ModelPackageName=found["arn"])
    said = about(root / model_of(place.stack, model).project)
    try:
        return found, made(
            found, said, place.stack.platform.owner, package, _measured(place, package)
        )
    except ValidationError as error:
        wrong = error.errors()[0]
        at = ".".join(map(str, wrong["loc"]))
        raise InputError(
            f"The card of {model} is none that AWS takes: {at}: {wrong['msg']}."
        ) from (error)


def keep(place: Place, arn: str, content: Any) -> None:
    """Keep a card with a version, as a draft that people go on with.

    Raises InputError for one that is longer than AWS takes, and botocore's errors.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html
    """
    text = json.dumps(content)
    if len(text) > form.MOST_CHARACTERS:
        raise InputError(
            f"The card has {len(text):,} characters, and AWS takes {form.MOST_CHARACTERS:,}."
        )
    place.client("sagemaker").update_model_package(
        ModelPackageArn=arn, ModelCard={"ModelCardContent": text, "ModelCardStatus": DRAFT}
    )


def _artifacts(package: Mapping[str, Any]) -> Iterator[str]:
    for container in package.get("InferenceSpecification", {}).get("Containers", []):
        if url := container.get("ModelDataUrl"):
            yield url


def _measured(place: Place, package: Mapping[str, Any]) -> Any:
    """The bias that was measured as the version was evaluated; None where none was."""
    baselines = package.get("DriftCheckBaselines", {}).get("ModelDataQuality", {})
    uri = baselines.get("Statistics", {}).get("S3Uri")
    return (document(place, uri) or {}).get("bias")


def _observed(snapshot: SnapshotShape | None) -> str | None:
    return f"{snapshot['rows']} records" if snapshot and snapshot["rows"] else None


def _quality(found: WhyShape) -> Iterator[form.MetricGroup]:
    if found["metrics"]:
        data = [form.Metric(name=name, value=value) for name, value in found["metrics"].items()]
        yield form.MetricGroup(name=found["kind"] or "quality", metric_data=data)


def _bias(bias: Any) -> Iterator[form.MetricGroup]:
    """A group for each facet: `F, yes: DPL` of women, who get the label yes."""
    for facet in (bias or {}).get("facets", []):
        data = [
            form.Metric(name=f"{one['group']}, {one['positive']}: {measure}", value=read["value"])
            for one in facet["measures"]
            for measure, read in one["measures"].items()
            if isinstance(read.get("value"), int | float)
        ]
        if data:
            yield form.MetricGroup(name=f"bias by {facet['facet']}"[:63], metric_data=data)


def _details(found: WhyShape) -> Iterator[tuple[str, str]]:
    snapshot = found["snapshot"]
    known = {
        "code revision": found["code"],
        "data sha256": snapshot["sha256"] if snapshot else None,
        "image digest": found["image_digest"],
        "execution": found["execution"],
        "decision": found["decision"],
    }
    yield from ((name, value[:1024]) for name, value in known.items() if value)

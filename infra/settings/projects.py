"""Whether a model project can be deployed, found out as soon as a stack file names it."""

from pathlib import Path

from components.platform.model_project import ProjectError, read_project
from components.platform.training_definition import DefinitionError, Placement, placed
from infra.settings.mistakes import did_you_mean

DEFINITION = "pipeline.json"
PARAMETERS: dict[str, str | int | float] = {
    "CodeUri": "s3://artifacts/code/",
    "DataUri": "s3://curated/data/",
    "ImageUri": "image",
    "KmsKeyId": "key",
    "MinimumAuc": 0.5,
    "ModelApprovalStatus": "PendingManualApproval",
    "ModelPackageGroupName": "group",
    "OutputUri": "s3://artifacts/runs",
    "ProcessingInstanceType": "ml.m5.large",
    "RoleArn": "role",
    "TargetColumn": "target",
    "TrainingInstanceCount": 1,
    "TrainingInstanceType": "ml.m5.large",
    "TrainingMaxSeconds": 3600,
    "TrainingVolumeGb": 30,
}
"""What the platform sets in every project's pipeline, with a value of the right type."""


def check_project(project: str, root: Path) -> tuple[str, str] | None:
    """The first mistake in the model project at `root / project` and a hint, or None."""
    if not (root / project / DEFINITION).is_file():
        holders = sorted(
            str(file.parent.relative_to(root))
            for parent in ("models", "templates")
            for file in (root / parent).glob(f"*/{DEFINITION}")
        )
        known = f"Model projects here: {', '.join(holders)}." if holders else ""
        return f"{project} has no {DEFINITION}.", did_you_mean(project, holders) or known
    try:
        definition = read_project(root / project).definition
    except ProjectError as error:
        return f"{str(error).removeprefix(f'{root}/')}.", ""
    try:
        placed(definition, PARAMETERS, Placement("role", ["subnet"], ["group"], "key"))
    except DefinitionError as error:
        return f"{project}/{DEFINITION}: {error}.", ""
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return (
            f"{project}/{DEFINITION} is no pipeline definition.",
            f"{type(error).__name__}: {error}",
        )
    return None

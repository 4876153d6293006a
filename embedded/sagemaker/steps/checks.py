"""QualityCheck and ClarifyCheck steps, by the monitor that is registered in the place of AWS's.

The processing job has the image that the definition names, and the monitor's command as its entry
point; its ExitMessage says who has checked, and what came of it.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html
"""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from embedded.sagemaker.jobs import JobFailed, text_at
from embedded.sagemaker.monitors import registered
from embedded.sagemaker.steps.work import Work
from embedded.sagemaker.worker import EXIT_MESSAGE

BASELINES = {
    "DATA_QUALITY": "ModelDataQuality",
    "MODEL_QUALITY": "ModelQuality",
    "DATA_BIAS": "Bias",
    "MODEL_BIAS": "Bias",
    "MODEL_EXPLAINABILITY": "Explainability",
}
"""Where a version of the registry has the baseline of a check."""
CONSTRAINTS = {"DATA_BIAS": "PreTrainingConstraints", "MODEL_BIAS": "PostTrainingConstraints"}
FOLDER = "/opt/ml/processing/baseline"
VIOLATIONS = "constraint_violations.json"
SHOWN = 300


def quality(work: Work) -> Any:
    """QualityCheck: statistics and constraints of a data set, held against a baseline."""
    return _check(work, "QualityCheck", ("Statistics", "Constraints"), "constraints.json")


def clarify(work: Work) -> Any:
    """ClarifyCheck: an analysis of a data set, held against a baseline."""
    return _check(work, "ClarifyCheck", ("Constraints",), "analysis.json")


def _check(work: Work, kind: str, parts: tuple[str, ...], constraints: str) -> Any:
    asked = {name: value for name, value in work.resolved(work.step).items() if value is not None}
    check, skipped = asked["CheckType"], bool(asked.get("SkipCheck", False))
    renewed = bool(asked.get("RegisterNewBaseline", False))
    before = _baseline(work, asked, check, parts)
    missing = [part for part in parts if part not in before]
    if missing and not (skipped and renewed):
        raise JobFailed(
            f"ClientError: There is no previous baseline ({', '.join(missing)}) of {check}: "
            "supply one, or set skip_check and register_new_baseline"
        )
    arguments = _job(work, check, {} if skipped else before, asked.get("ModelName"))
    made = work.client("sagemaker").create_processing_job(**arguments)
    (output,) = arguments["ProcessingOutputConfig"]["Outputs"]
    place = output["S3Output"]["S3Uri"].rstrip("/")
    now = {"Statistics": f"{place}/statistics.json", "Constraints": f"{place}/{constraints}"}
    found: dict[str, Any] = {}
    for part in parts:
        found[f"CalculatedBaseline{part}"] = now[part]
        used = now[part] if renewed else before[part]
        found[f"BaselineUsedForDriftCheck{part}"] = used
    told = {
        "CheckType": check,
        "CheckJobArn": made["ProcessingJobArn"],
        "SkipCheck": skipped,
        "RegisterNewBaseline": renewed,
        **found,
        **(
            {"ModelPackageGroupName": group}
            if (group := asked.get("ModelPackageGroupName"))
            else {}
        ),
    }
    work.note(**{kind: told})
    work.finish(made["ProcessingJobArn"])
    if not skipped:
        report = f"{place}/{VIOLATIONS}"
        violations = json.loads(text_at(work.client("s3"), report))["violations"]
        work.note(**{kind: {**told, "ViolationReport": report}})
        if violations and asked.get("FailOnViolation", True):
            first = str(violations[0].get("description", violations[0]))[:SHOWN]
            raise JobFailed(
                f"ClientError: The check found {len(violations)} violations of the baseline, see "
                f"{report}; the first: {first}"
            )
    return {**arguments, **found}


def _baseline(
    work: Work, asked: Mapping[str, Any], check: str, parts: tuple[str, ...]
) -> dict[str, str]:
    """S3 URIs of the baseline: those supplied, else those of the latest approved version."""
    supplied = {
        part: asked[f"SuppliedBaseline{part}"]
        for part in parts
        if asked.get(f"SuppliedBaseline{part}")
    }
    if len(supplied) == len(parts) or not asked.get("ModelPackageGroupName"):
        return supplied
    client = work.client("sagemaker")
    try:
        versions = client.list_model_packages(
            ModelPackageGroupName=asked["ModelPackageGroupName"],
            ModelApprovalStatus="Approved",
            SortBy="CreationTime",
            SortOrder="Descending",
        )["ModelPackageSummaryList"]
    except ClientError:
        return supplied  # there is no such group yet
    if not versions:
        return supplied
    found = client.describe_model_package(ModelPackageName=versions[0]["ModelPackageArn"])
    of_version = found.get("DriftCheckBaselines", {}).get(BASELINES[check], {})
    known = {
        part: of_version[name]["S3Uri"]
        for part in parts
        if (name := CONSTRAINTS.get(check, part) if part == "Constraints" else part) in of_version
    }
    return {**known, **supplied}


def _job(work: Work, check: str, baseline: Mapping[str, str], model: str | None) -> dict[str, Any]:
    """The processing job: as it is asked for, and run by the registered monitor."""
    monitor = registered()
    if monitor is None:
        raise JobFailed("no monitor is registered")
    arguments = work.named("ProcessingJobName")
    image = arguments["AppSpecification"]["ImageUri"]
    inputs = list(arguments.get("ProcessingInputs", []))
    variables = {
        "CHECK_TYPE": check,
        "CHECKED_BY": monitor.name,
        "CHECKED_FOR": image,
        "EXIT_MESSAGE": EXIT_MESSAGE,
        **({"CHECKED_MODEL": model} if model else {}),
    }
    places = {one["InputName"]: one["S3Input"]["LocalPath"] for one in inputs}
    if config := places.get("analysis_config"):
        (output,) = arguments["ProcessingOutputConfig"]["Outputs"]
        variables["ANALYSIS_CONFIG"] = f"{config}/analysis_config.json"
        variables["dataset_source"] = places["dataset"]
        variables["output_path"] = output["S3Output"]["LocalPath"]
    for part, uri in baseline.items():
        name = part.lower()
        source = {"S3Uri": uri, "LocalPath": f"{FOLDER}/{name}", "S3DataType": "S3Prefix"}
        inputs.append(
            {"InputName": f"baseline_{name}", "S3Input": {**source, "S3InputMode": "File"}}
        )
        variables[f"BASELINE_{part.upper()}"] = f"{FOLDER}/{name}/{uri.rpartition('/')[2]}"
    return {
        **arguments,
        "AppSpecification": {"ImageUri": image, "ContainerEntrypoint": list(monitor.command)},
        "ProcessingInputs": inputs,
        "Environment": {
            **arguments.get("Environment", {}),
            **monitor.environment,
            **variables,
        },
    }

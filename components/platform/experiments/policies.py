"""Who may do what with experiments, as IAM statements.

An app knows one action for all that is asked of it. A tracking server knows one for each.

https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-app-setup-prerequisites-iam.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerwithmlflow.html
"""

from catalog.services import by_prefix
from components.common.iam import Document, Statement, allow, allow_everywhere, document
from components.common.job_access import read_objects, use_keys, write_objects

ARTIFACTS = "runs"
"""Where in their bucket the artifacts are, without a slash at the end."""
OF_APPS = ":mlflow-app/"

LOG = (
    *("CreateExperiment", "CreateRun", "GetExperiment", "GetExperimentByName", "GetRun"),
    *("LogBatch", "LogInputs", "LogMetric", "LogModel", "LogParam", "SetTag", "UpdateRun"),
)
"""What a job does that keeps a run."""
READ = (
    *("GetExperiment", "GetExperimentByName", "GetMetricHistory", "GetRun", "GetTraceInfo"),
    *("ListArtifacts", "SearchExperiments", "SearchRuns", "SearchTraces"),
    *("GetModelVersion", "GetRegisteredModel", "SearchModelVersions", "SearchRegisteredModels"),
)
CHANGE = (
    *("DeleteExperiment", "DeleteRun", "DeleteTag", "RestoreExperiment", "RestoreRun"),
    *("SetExperimentTag", "UpdateExperiment"),
)


def keep_artifacts(*, bucket: str, key_arn: str) -> Document:
    """What the app or the server itself does: keep artifacts in their bucket."""
    return document(
        *read_objects(bucket, ARTIFACTS), write_objects(bucket, ARTIFACTS), use_keys([key_arn])
    )


def log_runs(*, arn: str, bucket: str, key_arn: str) -> Document:
    """What a job does: keep runs, and their artifacts, which clients write to S3 themselves."""
    return document(
        _call(arn, LOG),
        *read_objects(bucket, ARTIFACTS),
        write_objects(bucket, ARTIFACTS),
        use_keys([key_arn]),
    )


def work_with_runs(
    *, arn: str, bucket: str, key_arn: str, region: str, changes: bool = True
) -> Document:
    """What a person does: open the pages of MLflow, compare runs and, with `changes`, keep some.

    An app is for people who may change it, for it has no narrower action. Raises ValueError for
    an app without `changes`.
    """
    app = OF_APPS in arn
    if app and not changes:
        raise ValueError(f"{arn}: who may read an app may change it")
    what = "MlflowApp" if app else "MlflowTrackingServer"
    statements: list[Statement] = [
        allow([f"sagemaker:CreatePresigned{what}Url", f"sagemaker:Describe{what}"], [arn]),
        allow_everywhere(
            [f"sagemaker:List{what}s"],
            reason="SageMaker lists these per account",
            when={"StringEquals": {"aws:RequestedRegion": region}},
        ),
        _call(arn, (*READ, *LOG, *CHANGE) if changes else READ),
        *read_objects(bucket, ARTIFACTS),
        allow(
            ["kms:Decrypt", *(["kms:GenerateDataKey"] if changes else [])],
            [key_arn],
            when={"StringEquals": {"kms:ViaService": [by_prefix()["s3"].via(region)]}},
        ),
    ]
    if not app:
        statements.append(
            allow_everywhere(
                ["sagemaker-mlflow:AccessUI"],
                reason="the pages of MLflow are no resource",
                when={"StringEquals": {"aws:RequestedRegion": region}},
            )
        )
    if changes:
        statements.append(write_objects(bucket, ARTIFACTS))
    return document(*statements)


def _call(arn: str, actions: tuple[str, ...]) -> Statement:
    """Call MLflow: by these actions of a tracking server, or by the one of an app."""
    if OF_APPS in arn:
        return allow(["sagemaker:CallMlflowAppApi"], [arn])
    return allow([f"sagemaker-mlflow:{name}" for name in sorted({*actions})], [arn])

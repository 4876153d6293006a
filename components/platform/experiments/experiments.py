"""Managed MLflow of an environment: an app or a tracking server, its artifacts and its people."""

import enum
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.bucket import PrivateBucket, PrivateBucketArgs
from components.common.durability import Durability, stateful
from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.platform.experiments.policies import ARTIFACTS, keep_artifacts, work_with_runs

MLFLOW = "3.0.0"
"""Of tracking servers; AWS chooses the version of apps.

https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow.html
"""


class Kind(enum.Enum):
    """What keeps the experiments."""

    APP = "app"
    """Paid by use, and looked after by AWS."""
    TRACKING_SERVER = "tracking-server"
    """Paid by the hour; its permissions tell reading from writing."""


class Size(enum.Enum):
    """How much a tracking server bears.

    https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-create-tracking-server.html
    """

    SMALL = "Small"
    """Up to 25 people."""
    MEDIUM = "Medium"
    """Up to 50 people."""
    LARGE = "Large"
    """Up to 100 people."""


class PersonArgs(TypedDict):
    """A role of people."""

    role: pulumi.Input[str]
    """Name of the role."""
    changes: bool
    """Whether they keep and change runs, or only look at them."""


class ExperimentsArgs(PlacedArgs):
    """What the experiments of an environment are kept by."""

    kind: Kind
    """App or tracking server."""
    mlflow_name: str
    """Name within the account and region, at most 256 letters, digits and hyphens."""
    size: NotRequired[Size]
    """Of a tracking server; small unless given."""
    people: dict[str, PersonArgs]
    """Roles of people, by what they are called."""
    key_arn: pulumi.Input[str]
    """KMS key of the artifacts."""
    log_bucket: pulumi.Input[str]
    """Name of the bucket that takes the access logs of theirs."""
    expire_days: NotRequired[int]
    """Days until artifacts are deleted; they are kept unless given."""
    durability: Durability
    """Whether artifacts and runs outlive the stack."""


class Experiments(pulumi.ComponentResource):
    """An app or a tracking server of MLflow, with a bucket and a role of its own.

    Models are registered by pipelines, and never by MLflow itself.
    Raises ValueError for people who only look at an app.

    https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-app-setup.html
    """

    arn: pulumi.Output[str]
    """ARN of the app or server: what MLflow's clients take for their tracking URI."""
    bucket: pulumi.Output[str]
    """Name of the bucket of the artifacts."""

    def __init__(
        self, name: str, args: ExperimentsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Experiments", name, None, opts)
        durability = args["durability"]
        kept: PrivateBucketArgs = {
            "key_arn": args["key_arn"],
            "account_id": args["account_id"],
            "durability": durability,
            "log_bucket": args["log_bucket"],
        }
        if "expire_days" in args:
            kept["expire_days"] = args["expire_days"]
        artifacts = PrivateBucket(name, kept, pulumi.ResourceOptions(parent=self))
        role_name = f"{name}-runs"  # fixed, since what is kept names it for ever
        role = ExecutionRole(
            f"{name}-role",
            {
                "service": "sagemaker.amazonaws.com",
                "account_id": args["account_id"],
                "role_name": role_name,
                "policies": {
                    "artifacts": rendered(
                        keep_artifacts, bucket=artifacts.bucket, key_arn=args["key_arn"]
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        uri = artifacts.bucket.apply(lambda bucket: f"s3://{bucket}/{ARTIFACTS}")
        role_arn = pulumi.Output.concat("arn:aws:iam::", args["account_id"], ":role/", role_name)
        options = stateful(self, durability, depends_on=[role, *role.ready])
        if args["kind"] is Kind.APP:
            self.arn = aws.sagemaker.MlflowApp(
                f"{name}-app",
                name=args["mlflow_name"],
                artifact_store_uri=uri,
                role_arn=role_arn,
                model_registration_mode="AutoModelRegistrationDisabled",
                opts=options,
            ).arn
        else:
            self.arn = aws.sagemaker.MlflowTrackingServer(
                f"{name}-server",
                tracking_server_name=args["mlflow_name"],
                artifact_store_uri=uri,
                role_arn=role_arn,
                automatic_model_registration=False,
                mlflow_version=MLFLOW,
                tracking_server_size=args.get("size", Size.SMALL).value,
                opts=options,
            ).arn
        self.bucket = artifacts.bucket
        for who, person in args["people"].items():
            aws.iam.RolePolicy(
                f"{name}-{who}",
                role=person["role"],
                policy=rendered(
                    work_with_runs,
                    arn=self.arn,
                    bucket=self.bucket,
                    key_arn=args["key_arn"],
                    region=args["region"],
                    changes=person["changes"],
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"arn": self.arn, "bucket": self.bucket})

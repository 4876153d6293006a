"""What people of a team may do from Studio, as IAM statements.

https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

from collections.abc import Mapping, Sequence

from catalog.services import by_prefix
from components.common.iam import Statement, allow, allow_everywhere, deny
from components.common.job_access import attach_encrypted_volumes, pull_image, write_logs
from components.platform.studio.app_settings import APPS

STUDIO_LOGS = "/aws/sagemaker/studio"
"""Where Studio's apps write.

https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
"""


def work_in_studio(
    *,
    domain_id: str,
    instances: Sequence[str],
    key_arn: str,
    account_id: str,
    region: str,
    makes_log_groups: bool,
) -> list[Statement]:
    """Make spaces of one's own, and run JupyterLab and Code Editor in them on these instances.

    Studio tells IAM whose profile a session is of; so nobody touches another's space, though the
    role is the team's. The denial holds whatever else is allowed.

    https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-spaces.html
    """
    sagemaker = f"arn:aws:sagemaker:{region}:{account_id}"
    own = f"{sagemaker}:user-profile/{domain_id}/${{sagemaker:UserProfileName}}"
    owned = {
        "ArnLike": {"sagemaker:OwnerUserProfileArn": own},
        "StringEquals": {"sagemaker:SpaceSharingType": "Private"},
    }
    spaces, apps = f"{sagemaker}:space/{domain_id}/*", f"{sagemaker}:app/{domain_id}/*"
    return [
        allow(
            ["sagemaker:DescribeDomain"],
            [f"{sagemaker}:domain/{domain_id}"],
        ),
        allow(["sagemaker:DescribeUserProfile", "sagemaker:CreatePresignedDomainUrl"], [own]),
        allow(["sagemaker:DescribeSpace", "sagemaker:DescribeApp"], [spaces, apps]),
        allow_everywhere(
            ["sagemaker:ListApps", "sagemaker:ListSpaces"],
            reason="SageMaker lists these per account",
            when={"StringEquals": {"aws:RequestedRegion": region}},
        ),
        allow(
            ["sagemaker:CreateSpace", "sagemaker:DeleteSpace", "sagemaker:UpdateSpace"],
            [spaces],
            when=owned,
            sid="OwnSpaces",
        ),
        allow(
            ["sagemaker:CreateApp", "sagemaker:DeleteApp"],
            [f"{apps}/{kind}/*" for kind in APPS],
            when=owned,
            sid="OwnApps",
        ),
        allow(
            ["sagemaker:AddTags"],
            [spaces, apps],
            when={"StringEquals": {"sagemaker:TaggingAction": ["CreateApp", "CreateSpace"]}},
        ),
        deny(
            ["sagemaker:CreateApp", "sagemaker:CreateSpace", "sagemaker:UpdateSpace"],
            ["*"],
            when={"ForAnyValue:StringNotEquals": {"sagemaker:InstanceTypes": [*instances]}},
            sid="InstancesOfTheTeam",
        ),
        attach_encrypted_volumes(key_arn),
        allow(
            ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"],
            [key_arn],
            sid="Disks",
        ),
        write_logs(region, account_id, [STUDIO_LOGS], makes_groups=makes_log_groups),
    ]


def start_images(image_uris: Mapping[str, str], *, account_id: str, region: str) -> list[Statement]:
    """Start apps in these images of the team's own: URIs in ECR by the images' names.

    https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-byoi.html
    """
    sagemaker, names = f"arn:aws:sagemaker:{region}:{account_id}", sorted(image_uris)
    return [
        allow(
            ["sagemaker:DescribeImage", "sagemaker:ListImageVersions"],
            [f"{sagemaker}:image/{name}" for name in names],
            sid="Images",
        ),
        allow(
            ["sagemaker:DescribeImageVersion"],
            [f"{sagemaker}:image-version/{name}/*" for name in names],
        ),
        allow(
            ["sagemaker:DescribeAppImageConfig"],
            [
                f"{sagemaker}:app-image-config/{name}-{kind.lower()}"
                for name in names
                for kind in APPS
            ],
        ),
        *pull_image(*image_uris.values()),
    ]


def start_pipelines(pipelines: Sequence[str], *, account_id: str, region: str) -> list[Statement]:
    """Start exactly these pipelines, by name, and see how they and their jobs fare.

    SageMaker runs a pipeline by the role of its own: who starts it needs no right to pass one.
    https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html
    """
    sagemaker = f"arn:aws:sagemaker:{region}:{account_id}"
    own = [f"{sagemaker}:pipeline/{name.lower()}" for name in pipelines]
    return [
        allow(
            ["sagemaker:DescribePipeline", "sagemaker:StartPipelineExecution"],
            own,
            sid="StartPipelines",
        ),
        allow(
            [
                "sagemaker:DescribePipelineDefinitionForExecution",
                "sagemaker:DescribePipelineExecution",
                "sagemaker:ListPipelineExecutionSteps",
                "sagemaker:ListPipelineExecutions",
                "sagemaker:ListPipelineParametersForExecution",
                "sagemaker:StopPipelineExecution",
            ],
            [form for arn in own for form in (arn, f"{arn}/execution/*")],
        ),
    ]


def read_models(
    models: Mapping[str, str],
    *,
    artifacts_bucket: str,
    artifacts_key_arn: str,
    account_id: str,
    region: str,
) -> list[Statement]:
    """See versions of these models, and what was reported of them.

    `models` has the name of each one's group of versions.
    """
    sagemaker = f"arn:aws:sagemaker:{region}:{account_id}"
    groups = sorted(models.values())
    return [
        allow(
            [
                "sagemaker:DescribeModelPackage",
                "sagemaker:DescribeModelPackageGroup",
                "sagemaker:ListModelPackages",
            ],
            [f"{sagemaker}:model-package-group/{group}" for group in groups]
            + [f"{sagemaker}:model-package/{group}/*" for group in groups],
        ),
        allow(
            ["s3:GetObject"],
            [f"arn:aws:s3:::{artifacts_bucket}/models/{model}/*" for model in sorted(models)],
        ),
        allow(
            ["s3:ListBucket"],
            [f"arn:aws:s3:::{artifacts_bucket}"],
            when={"StringLike": {"s3:prefix": [f"models/{model}/*" for model in sorted(models)]}},
        ),
        allow(
            ["kms:Decrypt"],
            [artifacts_key_arn],
            when={"StringEquals": {"kms:ViaService": by_prefix()["s3"].via(region)}},
        ),
    ]

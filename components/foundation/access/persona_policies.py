"""What each persona may do in an environment, beside reading its settings.

Each is written for this platform: its names, its zones, its keys. Nobody's policy lets them make or
change what the program declares: that travels through the repository.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Callable, Mapping

from components.common.iam import Document, Statement, allow, allow_everywhere, document
from components.foundation.access.persona_statements import (
    Realm,
    query,
    read_logs,
    read_metrics,
    read_objects,
    read_tables,
    read_versions,
    start_trainings,
    use_key,
)


def data_engineer(realm: Realm) -> list[Statement]:
    """Brings data in and tidies it: writes the zones raw and curated, and their tables."""
    written = ("raw", "curated")
    return [
        *read_objects(*realm.zones.values()),
        allow(
            ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"],
            [f"{realm.zones[zone]}/*" for zone in written],
            sid="WriteZones",
        ),
        read_tables(realm, *realm.zones),
        allow(
            [
                "glue:BatchCreatePartition",
                "glue:BatchDeletePartition",
                "glue:CreatePartition",
                "glue:CreateTable",
                "glue:DeletePartition",
                "glue:DeleteTable",
                "glue:UpdatePartition",
                "glue:UpdateTable",
            ],
            realm.tables(*written),
            sid="WriteTables",
        ),
        *query(realm),
        use_key(realm, "data", "s3", "glue"),
        read_metrics(realm),
    ]


def data_scientist(realm: Realm) -> list[Statement]:
    """Learns from curated data and features, starts trainings, and sees what came of them."""
    read = ("curated", "features")
    return [
        *read_objects(*(realm.zones[zone] for zone in read)),
        read_tables(realm, *read),
        *query(realm),
        allow(
            ["sagemaker:BatchGetRecord", "sagemaker:DescribeFeatureGroup", "sagemaker:GetRecord"],
            realm.own("sagemaker", "feature-group/"),
            sid="ReadFeatures",
        ),
        *start_trainings(realm),
        *read_versions(realm),
        use_key(realm, "data", "s3", "sagemaker"),
        use_key(realm, "artifacts", "s3", reads=True),
        read_metrics(realm),
    ]


def ml_engineer(realm: Realm) -> list[Statement]:
    """Brings models to their users: approves versions, asks endpoints, looks after monitors."""
    return [
        *start_trainings(realm),
        *read_versions(realm),
        allow(
            ["sagemaker:UpdateModelPackage"],
            realm.own("sagemaker", "model-package/"),
            sid="ApproveVersions",
        ),
        allow(
            ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"],
            realm.own("sagemaker", "endpoint/"),
            sid="AskEndpoints",
        ),
        allow(
            ["sagemaker:StartMonitoringSchedule", "sagemaker:StopMonitoringSchedule"],
            realm.own("sagemaker", "monitoring-schedule/"),
            sid="SwitchMonitors",
        ),
        use_key(realm, "artifacts", "s3", reads=True),
        read_metrics(realm),
        read_logs(
            realm,
            "/aws/sagemaker/Endpoints/" + realm.prefix,
            "/aws/sagemaker/TrainingJobs",
            "/aws/sagemaker/ProcessingJobs",
            realm.prefix,
        ),
    ]


def reviewer(realm: Realm) -> list[Statement]:
    """Reads what is set up and what a change would do; the settings are what there is to see."""
    return [read_metrics(realm)]


def auditor(realm: Realm) -> list[Statement]:
    """Reads who did what, and how things are set up, and no data."""
    return [
        *read_objects(*realm.records),
        use_key(realm, "audit", "s3", reads=True),
        allow_everywhere(
            [
                "cloudtrail:DescribeTrails",
                "cloudtrail:ListTrails",
                "cloudtrail:LookupEvents",
                "config:DescribeComplianceByConfigRule",
                "config:DescribeComplianceByResource",
                "config:DescribeConfigurationRecorderStatus",
                "config:SelectResourceConfig",
            ],
            reason="the history of an account and of its settings is asked for as a whole",
            when={"StringEquals": {"aws:RequestedRegion": realm.region}},
            sid="ReadHistory",
        ),
        *_who_is_let_in(realm),
        read_metrics(realm),
    ]


def platform_engineer(realm: Realm) -> list[Statement]:
    """Keeps it running: deliveries, builds, jobs, alarms and keys; what is in the zones stays shut.

    Of a key it is its life that is theirs, not its use.
    """
    named = {"ForAnyValue:StringLike": {"kms:ResourceAliases": f"alias/{realm.prefix}*"}}
    return [
        allow(
            [
                "codepipeline:DisableStageTransition",
                "codepipeline:EnableStageTransition",
                "codepipeline:GetPipelineExecution",
                "codepipeline:GetPipelineState",
                "codepipeline:ListActionExecutions",
                "codepipeline:ListPipelineExecutions",
                "codepipeline:RetryStageExecution",
                "codepipeline:RollbackStage",
                "codepipeline:StartPipelineExecution",
                "codepipeline:StopPipelineExecution",
            ],
            realm.own("codepipeline", ""),
            sid="Deliveries",
        ),
        allow(
            ["codebuild:BatchGetBuilds", "codebuild:ListBuildsForProject", "codebuild:StopBuild"],
            realm.own("codebuild", "project/"),
            sid="Builds",
        ),
        *start_trainings(realm),
        allow(
            [
                "sagemaker:DescribeProcessingJob",
                "sagemaker:DescribeTrainingJob",
                "sagemaker:StopProcessingJob",
                "sagemaker:StopTrainingJob",
            ],
            [realm.arn("sagemaker", f"{kind}-job/*") for kind in ("processing", "training")],
            when={"StringEquals": {"aws:ResourceTag/maslow:environment": realm.environment}},
            sid="Jobs",
        ),
        allow(
            ["states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"],
            [realm.arn("states", f"execution:{realm.prefix}*:*")],
            sid="Machines",
        ),
        allow(
            ["states:ListExecutions", "states:StartExecution"],
            realm.own("states", "stateMachine:"),
            sid="StartMachines",
        ),
        allow(
            ["cloudwatch:DisableAlarmActions", "cloudwatch:EnableAlarmActions"],
            realm.own("cloudwatch", "alarm:"),
            sid="Alarms",
        ),
        allow(
            [
                "kms:CancelKeyDeletion",
                "kms:DisableKey",
                "kms:EnableKey",
                "kms:EnableKeyRotation",
                "kms:PutKeyPolicy",
                "kms:RevokeGrant",
                "kms:RotateKeyOnDemand",
                "kms:ScheduleKeyDeletion",
                "kms:UpdateKeyDescription",
            ],
            [realm.arn("kms", "key/*")],
            when=named,
            sid="Keys",
        ),
        read_metrics(realm),
        read_logs(realm, realm.prefix, "/aws/codebuild/" + realm.prefix, "/aws/sagemaker/"),
    ]


def _who_is_let_in(realm: Realm) -> list[Statement]:
    """See which people and groups a permission set is assigned to.

    AWS answers where Identity Center is managed, which may be another account.
    """
    if not realm.identity_center_arn:
        return []
    instance = realm.identity_center_arn.rpartition("/")[2]
    return [
        allow(
            [
                "sso:DescribePermissionSet",
                "sso:ListAccountAssignments",
                "sso:ListPermissionSetsProvisionedToAccount",
            ],
            [
                realm.identity_center_arn,
                f"arn:aws:sso:::permissionSet/{instance}/*",
                f"arn:aws:sso:::account/{realm.account_id}",
            ],
            sid="WhoIsLetIn",
        )
    ]


PERSONAS: Mapping[str, Callable[[Realm], list[Statement]]] = {
    "platform-engineer": platform_engineer,
    "data-engineer": data_engineer,
    "data-scientist": data_scientist,
    "ml-engineer": ml_engineer,
    "reviewer": reviewer,
    "auditor": auditor,
}
"""What each persona may do; the name is the role's, after the environment's prefix."""

SEE_SETTINGS = ("platform-engineer", "reviewer", "auditor")
"""Those that read the settings of all that the platform declares."""

WITHOUT_DATA = ("platform-engineer", "ml-engineer", "reviewer", "auditor")
"""Those that never read what is in the lake: its key is closed to them as well."""


def persona_policy(persona: str, realm: Realm, *, approves: bool) -> Document:
    """What a persona may do; one that `approves` may also let deliveries go on, or stop them."""
    statements = PERSONAS[persona](realm)
    if approves:
        statements.append(
            allow(
                ["codepipeline:PutApprovalResult"],
                [realm.arn("codepipeline", f"{realm.prefix}*/Approve/Approve")],
                sid="Approve",
            )
        )
        if persona != "platform-engineer":
            statements.append(
                allow(
                    ["codepipeline:GetPipelineExecution", "codepipeline:GetPipelineState"],
                    realm.own("codepipeline", ""),
                    sid="SeeDeliveries",
                )
            )
    return document(*statements)

"""What each persona may do in an environment, beside reading its settings.

Each is written for this platform: its names, its zones, its keys. Nobody's policy lets them make or
change what the program declares: that travels through the repository.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Callable, Mapping

from components.common.iam import Document, Statement, allow, allow_everywhere, document
from components.foundation.access.break_glass import BREAK_GLASS
from components.foundation.access.persona_statements import (
    PersonaScope,
    ask_endpoints,
    query,
    query_governed,
    read_dead_letters,
    read_logs,
    read_metrics,
    read_objects,
    read_tables,
    read_versions,
    run_machines,
    run_workflows,
    see_serving,
    start_trainings,
    use_key,
)


def data_engineer(scope: PersonaScope) -> list[Statement]:
    """Brings data in and tidies it: writes streams, all zones but features, and their tables."""
    written = [zone for zone in scope.zones if zone != "features"]
    return [
        *read_objects(*scope.zones.values()),
        allow(
            ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"],
            [f"{scope.zones[zone]}/*" for zone in written],
            sid="WriteZones",
        ),
        read_tables(scope, *scope.zones),
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
            scope.tables(*written),
            sid="WriteTables",
        ),
        *query(scope),
        allow(
            [
                "kinesis:DescribeStreamSummary",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
                "kinesis:PutRecord",
                "kinesis:PutRecords",
            ],
            scope.own("kinesis", "stream/"),
            sid="Streams",
        ),
        *run_machines(scope, "maslow:need", "data"),
        *run_workflows(scope),
        read_logs(
            scope,
            *(f"{scope.prefix}{what}-" for what in ("job", "stream", "splunk")),
        ),
        allow_everywhere(
            ["logs:DescribeLogGroups"],
            reason="log groups are listed per account",
            when={"StringEquals": {"aws:RequestedRegion": scope.region}},
        ),
        use_key(scope, "data", "s3", "glue", "kinesis"),
        *read_metrics(scope),
    ]


def data_scientist(scope: PersonaScope) -> list[Statement]:
    """Learns from all that is not raw any more, starts trainings, and asks what came of them.

    Of a governed lake it reads by queries alone: whole files hold what is kept from it.
    """
    read = [zone for zone in scope.zones if zone != "raw"]
    governed = scope.queried_zones.get("data-scientist")
    return [
        *(
            query_governed(scope, governed)
            if governed is not None
            else [
                *read_objects(*(scope.zones[zone] for zone in read)),
                read_tables(scope, *read),
                *query(scope),
            ]
        ),
        allow(
            ["sagemaker:BatchGetRecord", "sagemaker:DescribeFeatureGroup", "sagemaker:GetRecord"],
            scope.own("sagemaker", "feature-group/"),
            sid="ReadFeatures",
        ),
        ask_endpoints(scope),
        *start_trainings(scope),
        *run_machines(scope, "maslow:model"),
        *read_versions(scope),
        *see_serving(scope),
        use_key(scope, "data", "s3", "sagemaker"),
        use_key(scope, "artifacts", "s3", reads=True),
        *read_metrics(scope),
    ]


def ml_engineer(scope: PersonaScope) -> list[Statement]:
    """Brings models to their users: approves versions, asks endpoints.

    Data it reads only of a governed lake, and there by queries.
    """
    governed = scope.queried_zones.get("ml-engineer")
    return [
        *(
            []
            if governed is None
            else [*query_governed(scope, governed), use_key(scope, "data", "s3")]
        ),
        *start_trainings(scope),
        *run_machines(scope, "maslow:model"),
        *read_versions(scope),
        *see_serving(scope),
        allow(
            ["sagemaker:UpdateModelPackage"],
            scope.own("sagemaker", "model-package/"),
            sid="ApproveVersions",
        ),
        ask_endpoints(scope),
        use_key(scope, "artifacts", "s3", reads=True),
        *read_dead_letters(scope),
        *read_metrics(scope),
        read_logs(
            scope,
            "/aws/sagemaker/Endpoints/" + scope.prefix,
            "/aws/sagemaker/TrainingJobs",
            "/aws/sagemaker/ProcessingJobs",
            scope.prefix,
        ),
    ]


def reviewer(scope: PersonaScope) -> list[Statement]:
    """Reads what is set up and what a change would do; the settings are what there is to see."""
    return [*read_metrics(scope)]


def auditor(scope: PersonaScope) -> list[Statement]:
    """Reads who did what, and how things are set up, and no data."""
    return [
        *read_objects(*scope.records),
        use_key(scope, "audit", "s3", reads=True),
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
            when={"StringEquals": {"aws:RequestedRegion": scope.region}},
            sid="ReadHistory",
        ),
        *_who_is_let_in(scope),
        *read_metrics(scope),
    ]


def platform_engineer(scope: PersonaScope) -> list[Statement]:
    """Keeps it running: deliveries, builds, jobs, alarms and keys; what is in the zones stays shut.

    Of a key it is its life that is theirs, and of its use only to read undelivered events.
    """
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
            scope.own("codepipeline", ""),
            sid="Deliveries",
        ),
        allow(
            ["codebuild:BatchGetBuilds", "codebuild:ListBuildsForProject", "codebuild:StopBuild"],
            scope.own("codebuild", "project/"),
            sid="Builds",
        ),
        *start_trainings(scope),
        allow(
            [
                "sagemaker:DescribeProcessingJob",
                "sagemaker:DescribeTrainingJob",
                "sagemaker:StopHyperParameterTuningJob",
                "sagemaker:StopProcessingJob",
                "sagemaker:StopTrainingJob",
            ],
            [
                scope.arn("sagemaker", f"{kind}-job/*")
                for kind in ("hyper-parameter-tuning", "processing", "training")
            ],
            when={"StringEquals": {"aws:ResourceTag/maslow:environment": scope.environment}},
            sid="Jobs",
        ),
        allow(
            ["states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"],
            [scope.arn("states", f"execution:{scope.prefix}*:*")],
            sid="Machines",
        ),
        allow(
            ["states:ListExecutions", "states:StartExecution"],
            scope.own("states", "stateMachine:"),
            sid="StartMachines",
        ),
        allow(
            ["cloudwatch:DisableAlarmActions", "cloudwatch:EnableAlarmActions"],
            scope.own("cloudwatch", "alarm:"),
            sid="Alarms",
        ),
        _manage_keys(scope),
        *read_dead_letters(scope),
        *read_metrics(scope),
        read_logs(scope, scope.prefix, "/aws/codebuild/" + scope.prefix, "/aws/sagemaker/"),
    ]


def break_glass(scope: PersonaScope) -> list[Statement]:
    """Changes how data is kept, which no other role may: lifecycles, policies of buckets and keys.

    It deploys the environment, by the permissions of a deployment, so that the change is one of the
    stack file like any other.
    """
    return [_manage_keys(scope), *read_metrics(scope)]


def _manage_keys(scope: PersonaScope) -> Statement:
    return allow(
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
        [scope.arn("kms", "key/*")],
        when={"ForAnyValue:StringLike": {"kms:ResourceAliases": f"alias/{scope.prefix}*"}},
        sid="Keys",
    )


def _who_is_let_in(scope: PersonaScope) -> list[Statement]:
    """See which people and groups a permission set is assigned to.

    AWS answers where Identity Center is managed, which may be another account.
    """
    if not scope.identity_center_arn:
        return []
    instance = scope.identity_center_arn.rpartition("/")[2]
    return [
        allow(
            [
                "sso:DescribePermissionSet",
                "sso:ListAccountAssignments",
                "sso:ListPermissionSetsProvisionedToAccount",
            ],
            [
                scope.identity_center_arn,
                f"arn:aws:sso:::permissionSet/{instance}/*",
                f"arn:aws:sso:::account/{scope.account_id}",
            ],
            sid="WhoIsLetIn",
        )
    ]


PERSONAS: Mapping[str, Callable[[PersonaScope], list[Statement]]] = {
    "platform-engineer": platform_engineer,
    "data-engineer": data_engineer,
    "data-scientist": data_scientist,
    "ml-engineer": ml_engineer,
    "reviewer": reviewer,
    "auditor": auditor,
    BREAK_GLASS: break_glass,
}
"""What each persona may do; the name is the role's, after the environment's prefix."""

SEE_SETTINGS = ("platform-engineer", "reviewer", "auditor")
"""Those that read the settings of all that the platform declares."""

WITHOUT_DATA = ("platform-engineer", "ml-engineer", "reviewer", "auditor")
"""Those that never read what is in the lake: its key is closed to them as well, unless they are
readers of a governed lake."""


def persona_policy(persona: str, scope: PersonaScope, *, approves: bool) -> Document:
    """What a persona may do; one that `approves` may also let deliveries go on, or stop them."""
    statements = PERSONAS[persona](scope)
    if approves:
        statements.append(
            allow(
                ["codepipeline:PutApprovalResult"],
                [scope.arn("codepipeline", f"{scope.prefix}*/Approve/Approve")],
                sid="Approve",
            )
        )
        if persona != "platform-engineer":
            statements.append(
                allow(
                    ["codepipeline:GetPipelineExecution", "codepipeline:GetPipelineState"],
                    scope.own("codepipeline", ""),
                    sid="SeeDeliveries",
                )
            )
    return document(*statements)

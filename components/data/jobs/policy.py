"""What a job and its machine may do."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from components.common.iam import Document, Statement, allow, allow_everywhere, document
from components.common.job_access import read_objects, use_keys, write_logs, write_objects
from components.common.log_group import deliver_logs
from components.data.quality.gate import CheckArgs, check_statements


class Place(TypedDict):
    """A place of the lake: objects below a prefix, and the table of that name if there is one."""

    bucket: str
    """Bucket of its zone."""
    prefix: str
    """Where in it, without a slash at its end."""
    database: str
    """Glue database of its zone."""
    tables: NotRequired[list[str]]
    """Tables of the stack file that lie there, whatever they are called."""


CHANGE_TABLES = (
    "glue:CreateTable",
    "glue:UpdateTable",
    "glue:BatchCreatePartition",
    "glue:BatchDeletePartition",
)
FILL_GROUPS = ("sagemaker:DescribeFeatureGroup", "sagemaker:PutRecord")


def table_of(prefix: str) -> str:
    """The table that lies at a prefix, by its first part."""
    return prefix.partition("/")[0].replace("-", "_").lower()


def job_policy(
    *,
    reads: Sequence[Place],
    writes: Sequence[Place],
    script_bucket: str,
    script_prefix: str,
    checkpoint: str | None = None,
    group_arns: Sequence[str],
    kept: Sequence[Statement] = (),
    key_arns: Sequence[str],
    log_groups: Sequence[str],
    log_bucket: str | None = None,
    log_prefix: str = "",
    account_id: str,
    region: str,
) -> Document:
    """Read its script and its places, write the others, and say what happens; nothing else.

    `kept` is what it takes to use tables of the table bucket.

    It puts records into the feature groups `group_arns`, and reads what their features are. What
    happens is said in `log_groups`, or below a prefix of `log_bucket` where there is one. How far a
    streaming job has come it keeps below the prefix `checkpoint` of its script's bucket.

    Spark lists, renames by copies and deletes what it writes.
    https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/security-iam-runtime-role.html
    https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/logging.html
    https://docs.aws.amazon.com/glue/latest/dg/create-service-policy.html
    """
    return document(
        *read_objects(script_bucket, script_prefix),
        *use_places(reads, writes),
        *(change_objects(script_bucket, checkpoint) if checkpoint else []),
        allow(
            ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"],
            catalog_of([*reads, *writes], account_id, region),
        ),
        *([allow(CHANGE_TABLES, catalog_of(writes, account_id, region))] if writes else []),
        *([allow(FILL_GROUPS, group_arns)] if group_arns else []),
        *kept,
        use_keys(key_arns),
        *(
            [write_objects(log_bucket, log_prefix)]
            if log_bucket
            else _write_groups(region, account_id, log_groups)
        ),
    )


def _write_groups(region: str, account_id: str, log_groups: Sequence[str]) -> list[Statement]:
    return [
        write_logs(region, account_id, log_groups),
        allow_everywhere(
            ["logs:DescribeLogGroups"], reason="CloudWatch Logs lists groups for an account"
        ),
    ]


def use_places(reads: Sequence[Place], writes: Sequence[Place]) -> list[Statement]:
    """Read the objects of all these places, and write and delete those of the second."""
    statements = [
        statement
        for place in (*reads, *writes)
        for statement in read_objects(place["bucket"], place["prefix"])
    ]
    for place in writes:
        statements += _write_and_delete(place["bucket"], place["prefix"])
    return statements


def change_objects(bucket: str, prefix: str) -> list[Statement]:
    """Read, write and delete what is under a prefix of a bucket."""
    return [*read_objects(bucket, prefix), *_write_and_delete(bucket, prefix)]


def _write_and_delete(bucket: str, prefix: str) -> list[Statement]:
    objects = f"arn:aws:s3:::{bucket}/{prefix}/*"
    return [write_objects(bucket, prefix), allow(["s3:DeleteObject"], [objects])]


def machine_policy(
    *,
    machine_prefix: str,
    runs: Sequence[Statement],
    starts: Sequence[str],
    checks: Sequence[CheckArgs] = (),
    account_id: str,
    region: str,
) -> Document:
    """Look at itself, run the job, start the machines of those after it, and keep a log.

    The machine's own name is not known before it is there; `machine_prefix` begins it. `runs` is
    what it takes to run the job.
    """
    states = f"arn:aws:states:{region}:{account_id}"
    return document(
        allow(["states:ListExecutions"], [f"{states}:stateMachine:{machine_prefix}*"]),
        allow(["states:DescribeExecution"], [f"{states}:execution:{machine_prefix}*"]),
        *runs,
        *([allow(["states:StartExecution"], starts)] if starts else []),
        *check_statements(checks, account_id, region),
        deliver_logs(),
    )


def workflow_policy(
    *,
    runs: Sequence[Sequence[Statement]],
    checks: Sequence[CheckArgs],
    log_group: str,
    key_arn: str,
    account_id: str,
    region: str,
) -> Document:
    """Run each job of a chain, have its tables checked, and keep a log.

    `runs` is what it takes to run each job; `key_arn` is the key of the workflow.
    https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/get-started-execution-role.html
    """
    glue = f"arn:aws:glue:{region}:{account_id}"
    statements: list[Statement] = []
    for each in (statement for run in runs for statement in run):
        if each not in statements:
            statements.append(each)
    if checks:
        # The operator looks for the rulesets first, and reads all results at once.
        statements += [
            *check_statements(checks, account_id, region),
            allow(["glue:GetDataQualityRuleset"], [f"{glue}:dataQualityRuleset/*"]),
            allow_everywhere(
                ["glue:BatchGetDataQualityResult"],
                reason="results of several rulesets are no resource",
            ),
        ]
    return document(*statements, write_logs(region, account_id, [log_group]), use_keys([key_arn]))


def workflow_serverless_runs(application_arn: str, job_role_arn: str) -> list[Statement]:
    """What Airflow calls to run a job on EMR Serverless: it starts the application itself.

    https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/operators/emr/emr_serverless.html
    """
    return [
        *serverless_runs(application_arn, job_role_arn),
        allow(
            ["emr-serverless:GetApplication", "emr-serverless:StartApplication"], [application_arn]
        ),
    ]


def workflow_glue_runs(job_arn: str) -> list[Statement]:
    """What Airflow calls to run a job by Glue: it looks whether there is one.

    https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/operators/glue.html
    """
    return [*glue_runs(job_arn), allow(["glue:GetJob"], [job_arn])]


def serverless_runs(application_arn: str, job_role_arn: str) -> list[Statement]:
    """Run a job on an application of EMR Serverless, as its role, and look at its runs.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonemrserverless.html
    """
    return [
        allow(
            ["emr-serverless:StartJobRun", "emr-serverless:TagResource"],
            [application_arn, f"{application_arn}/jobruns/*"],
        ),
        allow(["emr-serverless:GetJobRun"], [f"{application_arn}/jobruns/*"]),
        allow(
            ["iam:PassRole"],
            [job_role_arn],
            when={"StringEquals": {"iam:PassedToService": "emr-serverless.amazonaws.com"}},
        ),
    ]


def glue_runs(job_arn: str) -> list[Statement]:
    """Run a job of Glue, wait for it, and end it.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
    """
    return [
        allow(
            ["glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"],
            [job_arn],
        )
    ]


def catalog_of(places: Sequence[Place], account_id: str, region: str) -> list[str]:
    """The catalog, and the databases and tables of these places, by ARN."""
    glue = f"arn:aws:glue:{region}:{account_id}"
    return sorted(
        {
            f"{glue}:catalog",
            *(f"{glue}:database/{place['database']}" for place in places),
            *(
                f"{glue}:table/{place['database']}/{table}"
                for place in places
                for table in (table_of(place["prefix"]), *place.get("tables", ()))
            ),
        }
    )

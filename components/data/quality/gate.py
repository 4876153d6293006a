"""The states by which a machine has Glue Data Quality evaluate a table's rules; plain values.

Rows that fail a rule are set aside: Glue writes them whole, with the rules that they fail, to a
table of their own. A rule that fails as a whole ends the machine, and so what would follow.

https://docs.aws.amazon.com/glue/latest/webapi/API_StartDataQualityRulesetEvaluationRun.html
"""

from collections.abc import Sequence
from typing import TypedDict

from components.common.iam import Document, Json, Statement, allow, document
from components.common.job_access import read_objects, use_keys, write_logs, write_objects
from components.common.states import choice, retried, wait

RULES_FAILED, NOT_CHECKED = "RulesFailed", "NotChecked"
"""Errors of an execution: a rule did not pass, or the rules could not be evaluated."""
POLL_SECONDS = 60
LOOKS = 240
"""Looks at one run, each of which leaves some fifteen events of an execution's 25,000."""
MINUTES = POLL_SECONDS * LOOKS // 60
"""After which a run is ended, and the table counts as not checked."""
WORKERS = 2
"""Of a run, the fewest that Glue Data Quality takes; 5 unless a request says so."""
LOG_GROUPS = ("/aws-glue/data-quality/error", "/aws-glue/data-quality/output")
"""Where runs tell what they do, as Glue names them."""
_RESULT = "$states.result.RuleResults"


class CheckArgs(TypedDict):
    """What is evaluated, and where what comes of it goes."""

    table: str
    """The table's zone and name, such as `curated.visits`."""
    database: str
    """Glue database of its zone."""
    table_name: str
    """Its name in there."""
    ruleset: str
    """Name of its ruleset."""
    role_arn: str
    """Role that the evaluation runs as."""
    results_uri: str
    """S3 URI below which results are kept, by day, without a slash at its end."""
    rejects_table: str
    """Name of the table of rows that fail, in the same database."""
    rejects_uri: str
    """S3 URI of the files of that table, without a slash at its end."""


def first_state(checks: Sequence[CheckArgs], following: str) -> str:
    """The state that the checks begin at; `following` where there are none."""
    return "Check0" if checks else following


def check_states(checks: Sequence[CheckArgs], following: str) -> dict[str, Json]:
    """Evaluate the rules of each table in turn, and go on to `following` if all pass.

    They begin at Check0, or Alert with an error. Composite rules are evaluated row by row, so that
    a row that breaks one is set aside.
    """
    states: dict[str, Json] = {}
    for number, args in enumerate(checks):
        after = f"Check{number + 1}" if number + 1 < len(checks) else following
        states |= _check(number, args, after)
    if checks:
        states["RulesFailed"] = _fail(RULES_FAILED)
        states["NotChecked"] = _fail(NOT_CHECKED)
    return states


def _check(number: int, args: CheckArgs, following: str) -> dict[str, Json]:
    begin, find, judge = f"Check{number}", f"FindCheck{number}", f"JudgeCheck{number}"
    table = {"DatabaseName": args["database"], "TableName": args["table_name"]}
    run = "$states.result"
    return {
        begin: retried(
            "glue:startDataQualityRulesetEvaluationRun",
            {
                "DataSource": {"GlueTable": table},
                "Role": args["role_arn"],
                "RulesetNames": [args["ruleset"]],
                "NumberOfWorkers": WORKERS,
                "Timeout": MINUTES,
                # Only the same start of the same check is the same run.
                "ClientToken": "{% $substring($states.context.Execution.Name, 0, 80) & "
                f"'-{number}' %}}",
                "AdditionalRunOptions": run_options(args),
            },
            f"AwaitCheck{number}",
            assign={"check": {"id": "{% $states.result.RunId %}"}},
        ),
        f"AwaitCheck{number}": wait(POLL_SECONDS, find),
        find: retried(
            "glue:getDataQualityRulesetEvaluationRun",
            {"RunId": "{% $check.id %}"},
            f"HasCheck{number}",
            output={
                "state": f"{{% {run}.Status %}}",
                "reason": f"{{% '{args['table']} could not be checked: ' & "
                f"$join([{run}.ErrorString], '') %}}",
                "result": f"{{% $join([{run}.ResultIds], '') %}}",
            },
        ),
        f"HasCheck{number}": choice(
            {
                judge: "$states.input.state = 'SUCCEEDED'",
                "NotChecked": "$states.input.state in ['FAILED', 'STOPPED', 'TIMEOUT']",
            },
            f"AwaitCheck{number}",
        ),
        judge: retried(
            "glue:getDataQualityResult",
            {"ResultId": "{% $states.input.result %}"},
            f"Passes{number}",
            output={
                "failed": f"{{% $count([{_RESULT}[Result != 'PASS']]) %}}",
                "reason": f"{{% $substring('{args['table']} fails ' & "
                f"$join([{_RESULT}[Result != 'PASS'].EvaluatedRule], '; '), 0, 1000) %}}",
            },
        ),
        f"Passes{number}": choice({following: "$states.input.failed = 0"}, "RulesFailed"),
    }


def run_options(args: CheckArgs) -> Json:
    """How an evaluation goes, and where its results and the rows that fail are kept."""
    return {
        "CompositeRuleEvaluationMethod": "ROW",
        "ResultsS3Prefix": f"{args['results_uri']}/",
        "RowLevelResults": {
            "ResultType": "FAILED_ONLY",
            "CatalogTableConfig": {
                "DatabaseName": args["database"],
                "TableName": args["rejects_table"],
                "S3Location": f"{args['rejects_uri']}/",
            },
        },
    }


def _fail(error: str) -> Json:
    return {"Type": "Fail", "Error": error, "Cause": "{% $states.input.reason %}"}


def check_statements(checks: Sequence[CheckArgs], account_id: str, region: str) -> list[Statement]:
    """What a machine may do to have the rules evaluated, each as the role of its own.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
    """
    if not checks:
        return []
    rulesets = f"arn:aws:glue:{region}:{account_id}:dataQualityRuleset"
    return [
        allow(
            ["glue:StartDataQualityRulesetEvaluationRun"],
            sorted(f"{rulesets}/{check['ruleset']}" for check in checks),
        ),
        allow(
            ["glue:GetDataQualityRulesetEvaluationRun", "glue:GetDataQualityResult"],
            [f"{rulesets}/*"],
        ),
        allow(
            ["iam:PassRole"],
            sorted({check["role_arn"] for check in checks}),
            when={"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}},
        ),
    ]


def evaluation_policy(
    *,
    bucket: str,
    prefix: str,
    kept_bucket: str,
    kept_prefix: str,
    results_bucket: str,
    results_prefix: str,
    database: str,
    tables: Sequence[str],
    ruleset: str,
    key_arns: Sequence[str],
    account_id: str,
    region: str,
) -> Document:
    """Read a table and its rules, and keep results below one prefix, rows that fail below another.

    `tables` are the table's name and that of the rows that fail, in one database.
    https://docs.aws.amazon.com/glue/latest/dg/data-quality-authorization.html
    """
    glue = f"arn:aws:glue:{region}:{account_id}"
    catalog = [f"{glue}:catalog", f"{glue}:database/{database}"]
    catalog += [f"{glue}:table/{database}/{name}" for name in tables]
    return document(
        *read_objects(bucket, prefix),
        *read_objects(kept_bucket, kept_prefix),
        write_objects(kept_bucket, kept_prefix),
        write_objects(results_bucket, results_prefix),
        allow(
            ["glue:GetDatabase", "glue:GetTable", "glue:GetPartition", "glue:GetPartitions"],
            catalog,
        ),
        allow(
            ["glue:CreateTable", "glue:UpdateTable"],
            [*catalog[:2], f"{glue}:table/{database}/{tables[-1]}"],
        ),
        allow(
            [
                "glue:GetDataQualityRuleset",
                "glue:GetDataQualityRulesetEvaluationRun",
                "glue:PublishDataQuality",
            ],
            [f"{glue}:dataQualityRuleset/{ruleset}"],
        ),
        write_logs(region, account_id, LOG_GROUPS, makes_groups=True),
        use_keys(key_arns),
    )

"""The state machine that makes a model's training set of its labels and the feature store.

Athena joins the labels with the features as they were then; the result is laid where the training
pipeline reads, and beside it a note of what it was made from. Output: `{"uri": …, "query": id,
"as_of": time}`. What was written to the feature store later than `as_of` is not in it.

https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
"""

import json
from collections.abc import Sequence
from typing import TypedDict

from components.common.iam import Document, Json, allow, document
from components.common.job_access import read_objects, use_keys, write_objects
from components.common.log_group import deliver_logs
from components.common.states import choice, fail, task, wait

AS_OF = "@as-of@"
"""Stands in the query for the time by which a record was written, in UTC: the execution's own."""
FILE, NOTE = "training-set.csv", "training-set.json"
SCHEMA = "maslow/training-set"
NOT_MADE = "NotMade"
"""Error of an execution: the query failed, for the reason that it gives."""
POLL_SECONDS = 2
"""Between two looks at a query, each of which leaves some thirteen events of an execution's 25,000.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""
HOURS = 2
"""After which an execution is stopped: a query of Athena's ends within 30 minutes.

https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
"""


class Source(TypedDict):
    """A table that a training set is made from."""

    zone: str
    """Zone that it is in."""
    table: str
    """Its name, as `<database>.<table>`."""
    iceberg: bool
    """Whether it is one of Iceberg, of which a snapshot is read that is told."""


def state_of(source: Source) -> str:
    """What stands in the query after a table's name, for the snapshot that is read; or nothing."""
    return f"@state-of-{source['table']}@" if source["iceberg"] else ""


def training_set_machine(
    *,
    model: str,
    query: str,
    sources: Sequence[Source],
    workgroup: str,
    bucket: str,
    prefix: str,
) -> Json:
    """The definition of the machine.

    `query` has AS_OF where the time belongs; its result goes below `prefix` of `bucket`. S3 copies
    a result of up to 5 GB.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    uri = f"s3://{bucket}/{prefix}/{FILE}"
    iceberg = [each for each in sources if each["iceberg"]]
    return {
        "Comment": f"Makes the training set of {model}",
        "QueryLanguage": "JSONata",
        "TimeoutSeconds": HOURS * 3600,
        "StartAt": "Begin",
        "States": {
            "Begin": {
                "Type": "Pass",
                "Assign": {"made": {"at": "{% $now() %}"}, "snapshots": {}},
                "Next": "StartSnapshots" if iceberg else "StartQuery",
            },
            **(_snapshot_states(iceberg, workgroup) if iceberg else {}),
            **_query_states("Query", _at_run_time(query, iceberg), workgroup, "CopyResult"),
            "CopyResult": task(
                "s3:copyObject",
                {
                    "CopySource": "{% $substringAfter($states.input.output, 's3://') %}",
                    "Bucket": bucket,
                    "Key": f"{prefix}/{FILE}",
                },
                {"query": "{% $states.input.query %}"},
                "WriteNote",
            ),
            "WriteNote": task(
                "s3:putObject",
                {
                    "Bucket": bucket,
                    "Key": f"{prefix}/{NOTE}",
                    "ContentType": "application/json",
                    "Body": {
                        "schema": SCHEMA,
                        "version": 1,
                        "as_of": "{% $made.at %}",
                        "query": "{% $states.input.query %}",
                        "tables": [
                            {"table": each["table"], "snapshot": _snapshot_of(each)}
                            for each in sources
                        ],
                    },
                },
                {
                    "uri": uri,
                    "query": "{% $states.input.query %}",
                    "as_of": "{% $made.at %}",
                },
                "Made",
            ),
            "Made": {"Type": "Succeed"},
            NOT_MADE: fail(
                NOT_MADE,
                "{% 'the query ' & $states.input.query & ' is ' & "
                "$lowercase($states.input.state) & ': ' & $states.input.reason %}",
            ),
        },
    }


def _query_states(what: str, query: str, workgroup: str, following: str) -> dict[str, Json]:
    """Run a query to its end; what follows finds its id as `query`, its result as `output`."""
    execution = "$states.result.QueryExecution"
    return {
        f"Start{what}": task(
            "athena:startQueryExecution",
            {
                "QueryString": query,
                "WorkGroup": workgroup,
                # A retry after an answer that was lost finds the query that it started.
                "ClientRequestToken": (
                    f"{{% $pad('{what}-' & $states.context.Execution.Name, -32, '0') %}}"
                ),
            },
            {"query": "{% $states.result.QueryExecutionId %}"},
            f"Find{what}",
        ),
        f"Find{what}": task(
            "athena:getQueryExecution",
            {"QueryExecutionId": "{% $states.input.query %}"},
            {
                "query": f"{{% {execution}.QueryExecutionId %}}",
                "state": f"{{% {execution}.Status.State %}}",
                "reason": f"{{% $join([{execution}.Status.StateChangeReason], '') %}}",
                "output": f"{{% {execution}.ResultConfiguration.OutputLocation %}}",
            },
            f"HasRun{what}",
        ),
        f"HasRun{what}": choice(
            {
                following: "$states.input.state = 'SUCCEEDED'",
                NOT_MADE: "$states.input.state in ['FAILED', 'CANCELLED']",
            },
            f"Await{what}",
        ),
        f"Await{what}": wait(POLL_SECONDS, f"Find{what}"),
    }


def _snapshot_states(iceberg: Sequence[Source], workgroup: str) -> dict[str, Json]:
    """Find the newest snapshot of each table of Iceberg, which is then the one that is read.

    A table that was never written has none.
    https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-metadata.html
    """
    found = []
    for each in iceberg:
        database, name = each["table"].split(".")
        found.append(
            f"SELECT '{each['table']}', CAST(snapshot_id AS varchar) "  # noqa: S608
            f'FROM "{database}"."{name}$refs" WHERE name = \'main\''
        )
    cells = "$states.result.ResultSet.Rows{Data[0].VarCharValue: Data[1].VarCharValue}"
    return {
        **_query_states("Snapshots", " UNION ALL ".join(found), workgroup, "ReadSnapshots"),
        "ReadSnapshots": {
            **task(
                "athena:getQueryResults",
                {"QueryExecutionId": "{% $states.input.query %}"},
                {},
                "StartQuery",
            ),
            "Assign": {"snapshots": f"{{% {cells} %}}"},
        },
    }


def _snapshot_of(source: Source) -> str | None:
    """The snapshot of a table that is read, as JSONata; None of one that is not of Iceberg."""
    if not source["iceberg"]:
        return None
    found = f"$lookup($snapshots, '{source['table']}')"
    return f"{{% $exists({found}) ? {found} : null %}}"


def _at_run_time(query: str, iceberg: Sequence[Source]) -> str:
    """The query with the execution's time and snapshots, as JSONata.

    JSONata's texts are written as JSON's are.
    """
    time = "$substring($made.at, 0, 10) & ' ' & $substring($made.at, 11, 12)"
    text = f"$replace({json.dumps(query)}, '{AS_OF}', {time})"
    for each in iceberg:
        found = f"$lookup($snapshots, '{each['table']}')"
        state = f"($exists({found}) ? ' FOR VERSION AS OF ' & {found} : '')"
        text = f"$replace({text}, '{state_of(each)}', {state})"
    return f"{{% {text} %}}"


def training_set_policy(
    *,
    sources: Sequence[Source],
    zone_buckets: dict[str, str],
    workgroup_arn: str,
    results_bucket: str,
    bucket: str,
    prefix: str,
    key_arn: str,
    account_id: str,
    region: str,
) -> Document:
    """Query the tables in one workgroup, write one prefix, and keep a log.

    Athena reads and writes as whoever asks. Where the files of a table lie in its zone is what the
    data catalog says when it is asked, and so the zones are read as wholes.
    https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
    """
    glue = f"arn:aws:glue:{region}:{account_id}"
    databases = sorted({each["table"].partition(".")[0] for each in sources})
    read = sorted({zone_buckets[each["zone"]] for each in sources})
    buckets = [f"arn:aws:s3:::{each}" for each in (*read, results_bucket)]
    return document(
        allow(
            ["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"],
            [workgroup_arn],
        ),
        allow(
            ["glue:GetDatabase", "glue:GetTable", "glue:GetPartition", "glue:GetPartitions"],
            [
                f"{glue}:catalog",
                *(f"{glue}:database/{each}" for each in databases),
                *(f"{glue}:table/{each['table'].replace('.', '/')}" for each in sources),
                *(
                    f"{glue}:table/{each['table'].replace('.', '/')}$refs"
                    for each in sources
                    if each["iceberg"]
                ),
            ],
        ),
        allow(["s3:GetBucketLocation", "s3:ListBucket"], buckets),
        allow(["s3:GetObject"], [f"{each}/*" for each in buckets]),
        allow(
            ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
            [f"arn:aws:s3:::{results_bucket}/*"],
        ),
        *read_objects(bucket, prefix),
        write_objects(bucket, prefix),
        use_keys([key_arn]),
        deliver_logs(),
    )

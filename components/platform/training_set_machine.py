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
    execution = "$states.result.QueryExecution"
    uri = f"s3://{bucket}/{prefix}/{FILE}"
    note = {
        "schema": SCHEMA,
        "version": 1,
        "tables": [each["table"] for each in sources],
    }
    return {
        "Comment": f"Makes the training set of {model}",
        "QueryLanguage": "JSONata",
        "TimeoutSeconds": HOURS * 3600,
        "StartAt": "Begin",
        "States": {
            "Begin": {
                "Type": "Pass",
                "Assign": {"made": {"at": "{% $now() %}"}},
                "Next": "StartQuery",
            },
            "StartQuery": task(
                "athena:startQueryExecution",
                {
                    "QueryString": _at_run_time(query),
                    "WorkGroup": workgroup,
                    # A retry after an answer that was lost finds the query that it started.
                    "ClientRequestToken": "{% $pad($states.context.Execution.Name, -32, '0') %}",
                },
                {"query": "{% $states.result.QueryExecutionId %}"},
                "FindQuery",
            ),
            "FindQuery": task(
                "athena:getQueryExecution",
                {"QueryExecutionId": "{% $states.input.query %}"},
                {
                    "query": f"{{% {execution}.QueryExecutionId %}}",
                    "state": f"{{% {execution}.Status.State %}}",
                    "reason": f"{{% $join([{execution}.Status.StateChangeReason], '') %}}",
                    "output": f"{{% {execution}.ResultConfiguration.OutputLocation %}}",
                },
                "HasRun",
            ),
            "HasRun": choice(
                {
                    "CopyResult": "$states.input.state = 'SUCCEEDED'",
                    NOT_MADE: "$states.input.state in ['FAILED', 'CANCELLED']",
                },
                "AwaitQuery",
            ),
            "AwaitQuery": wait(POLL_SECONDS, "FindQuery"),
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
                    "Body": f"{{% $merge([{json.dumps(note)}, "
                    "{'as_of': $made.at, 'query': $states.input.query}]) %}",
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


def _at_run_time(query: str) -> str:
    """The query with the execution's time, as JSONata, whose texts are written as JSON's are."""
    time = "$substring($made.at, 0, 10) & ' ' & $substring($made.at, 11, 12)"
    return f"{{% $replace({json.dumps(query)}, '{AS_OF}', {time}) %}}"


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
            ["athena:StartQueryExecution", "athena:GetQueryExecution"],
            [workgroup_arn],
        ),
        allow(
            ["glue:GetDatabase", "glue:GetTable", "glue:GetPartition", "glue:GetPartitions"],
            [
                f"{glue}:catalog",
                *(f"{glue}:database/{each}" for each in databases),
                *(f"{glue}:table/{each['table'].replace('.', '/')}" for each in sources),
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

"""A table of Iceberg that Athena makes, for what does not take one that Glue has made.

No resource of AWS's makes it: a function does, which a hook calls before that which needs the
table is created or changed. The function has a role of its own, so that who deploys needs no right
on the data.

https://www.pulumi.com/docs/iac/concepts/options/hooks/
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi

from components.common.aws_client import aws_client
from components.common.function import CodePlaceArgs, python_function
from components.common.iam import Document, allow, document
from components.common.job_access import read_objects, use_keys, write_objects

CODE = Path(__file__).parent / "runtime" / "make_table.py"
COLUMNS_TAG = "maslow:columns"
"""Tag of what needs the table, which changes with its columns: the change has the hook run."""
DIGEST_LENGTH = 10
TIMEOUT_SECONDS = 50
"""Less than boto3 waits for an answer."""
MEMORY_MB = 256
TRIES, WAIT_SECONDS = 12, 5
"""A role that was just made is not known everywhere at once."""
NOT_YET = ("AccessDenied", "not authorized", "cannot be assumed")


class NoTable(Exception):
    """The table was not made, or did not get its columns."""


class AthenaTableArgs(CodePlaceArgs):
    """What the table is made of."""

    function_name: str
    """Name of the function that makes it, at most 64 characters."""
    table_name: str
    """Name in its database: lower-case letters, digits and `_`."""
    database_name: pulumi.Input[str]
    """The Glue database of its zone."""
    bucket: pulumi.Input[str]
    """Name of the bucket of its zone."""
    prefix: str
    """Where in the bucket its files are, without a slash at its end."""
    columns: dict[str, str]
    """Types of its columns in the data catalog, by name."""
    key_arn: pulumi.Input[str]
    """KMS key of its files, and of the results of queries."""
    workgroup_name: pulumi.Input[str]
    """Athena's workgroup that makes it."""
    workgroup_arn: pulumi.Input[str]
    """Its ARN."""
    results_bucket: pulumi.Input[str]
    """Bucket of the results of its queries."""


def columns_tag(columns: Mapping[str, str]) -> str:
    """What the tag says of columns: how many they are, and a hash of them in any order."""
    told = json.dumps(dict(sorted(columns.items())))
    return f"{len(columns)}-{hashlib.sha256(told.encode()).hexdigest()[:DIGEST_LENGTH]}"


def making_policy(
    *,
    bucket: str,
    prefix: str,
    database: str,
    table: str,
    workgroup_arn: str,
    results_bucket: str,
    key_arn: str,
    account_id: str,
    region: str,
) -> Document:
    """Have Athena make and change this one table.

    https://docs.aws.amazon.com/athena/latest/ug/example-policies-workgroup.html
    """
    glue = f"arn:aws:glue:{region}:{account_id}"
    return document(
        allow(["athena:GetQueryExecution", "athena:StartQueryExecution"], [workgroup_arn]),
        allow(
            ["glue:CreateTable", "glue:GetDatabase", "glue:GetTable", "glue:UpdateTable"],
            [
                f"{glue}:catalog",
                f"{glue}:database/{database}",
                f"{glue}:table/{database}/{table}",
            ],
        ),
        *read_objects(bucket, prefix),
        write_objects(bucket, prefix),
        allow(
            ["s3:GetBucketLocation"],
            [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{results_bucket}"],
        ),
        allow(
            ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
            [f"arn:aws:s3:::{results_bucket}/*"],
        ),
        use_keys([key_arn]),
    )


class AthenaTable(pulumi.ComponentResource):
    """The function that makes a table, and `hooks` for that which needs the table.

    The table itself is no resource: it stays with its rows until somebody drops it, or its
    database goes.
    """

    function_name: pulumi.Output[str]
    """Name of the function."""

    def __init__(
        self, name: str, args: AthenaTableArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:AthenaTable", name, None, opts)
        policy = pulumi.Output.all(
            bucket=args["bucket"],
            prefix=args["prefix"],
            database=args["database_name"],
            table=args["table_name"],
            workgroup_arn=args["workgroup_arn"],
            results_bucket=args["results_bucket"],
            key_arn=args["key_arn"],
            account_id=args["account_id"],
            region=args["region"],
        ).apply(lambda known: making_policy(**known))
        told = {"table": args["table_name"], "columns": args["columns"]}
        self._made = python_function(
            name,
            {
                "what": f"make-table/{args['table_name']}",
                "description": f"Makes the table {args['table_name']}, and adds columns to it",
                "files": {
                    CODE.name: CODE.read_text(encoding="utf-8"),
                    "plan.json": json.dumps(told),
                },
                "handler": f"{CODE.stem}.handler",
                "policy": policy,
                "variables": {
                    "DATABASE": args["database_name"],
                    "LOCATION": pulumi.Output.concat("s3://", args["bucket"], "/", args["prefix"]),
                    "WORKGROUP": args["workgroup_name"],
                },
                "timeout": TIMEOUT_SECONDS,
                "memory": MEMORY_MB,
                "function_name": args["function_name"],
            },
            args,
            parent=self,
        )
        self._name, self._region, self._function = name, args["region"], args["function_name"]
        self.function_name = self._made.name
        self.register_outputs({"function_name": self.function_name})

    @property
    def ready(self) -> list[pulumi.Resource]:
        """What must be there before that which has the hooks."""
        return [self, self._made]

    @property
    def hooks(self) -> pulumi.ResourceHookBinding:
        """Hooks that have the table made before a resource is created or updated."""

        async def before(_: pulumi.ResourceHookArgs) -> None:
            client = aws_client("lambda", self._region)
            await asyncio.to_thread(make, client, self._function)

        hook = pulumi.ResourceHook(f"{self._name}-made", before)
        return pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])


def make(
    functions: Any, function_name: str, wait: Callable[[float], None] = time.sleep
) -> list[str]:
    """Call the function; returns the columns that are new. Raises NoTable with its reason."""
    for left in reversed(range(TRIES)):
        answer = functions.invoke(FunctionName=function_name, Payload=b"{}")
        told = json.loads(answer["Payload"].read())
        if "FunctionError" not in answer:
            return [*told["added"]]
        why = str(told.get("errorMessage"))
        if not left or not any(each in why for each in NOT_YET):
            raise NoTable(f"{function_name} did not make its table: {why}")
        wait(WAIT_SECONDS)
    return []

"""What people of a team may do with data from Studio, as IAM statements."""

from collections.abc import Sequence

from catalog.services import by_prefix
from components.common.iam import Statement, allow
from components.common.job_access import read_objects, write_objects
from components.data.jobs.args import PlaceArgs


def use_data(
    reads: Sequence[PlaceArgs],
    writes: Sequence[PlaceArgs],
    *,
    key_arn: str,
    account_id: str,
    region: str,
) -> list[Statement]:
    """Read these places of the lake, read and write those, and see what the catalog says of them.

    The catalog is told by zone, the objects by place.
    """
    found: list[Statement] = []
    for place in [*reads, *writes]:
        found += read_objects(str(place["bucket"]), place["prefix"])
    for place in writes:
        bucket, prefix = str(place["bucket"]), place["prefix"]
        found.append(write_objects(bucket, prefix))
        found.append(allow(["s3:DeleteObject"], [f"arn:aws:s3:::{bucket}/{prefix}/*"]))
    databases = sorted({str(place["database"]) for place in [*reads, *writes]})
    if databases:
        found.append(_read_catalog(databases, account_id=account_id, region=region))
        found.append(_data_key(key_arn, ["s3"], region))
    return found


def read_features(
    groups: Sequence[str],
    *,
    bucket: str,
    database: str,
    key_arn: str,
    account_id: str,
    region: str,
) -> list[Statement]:
    """Read the latest records of feature groups, and all of them offline."""
    if not groups:
        return []
    arns = [f"arn:aws:sagemaker:{region}:{account_id}:feature-group/{name}" for name in groups]
    return [
        allow(
            ["sagemaker:BatchGetRecord", "sagemaker:DescribeFeatureGroup", "sagemaker:GetRecord"],
            arns,
        ),
        # A group keeps its offline store under its own name.
        *(statement for name in groups for statement in read_objects(bucket, name)),
        _read_catalog([database], account_id=account_id, region=region),
        _data_key(key_arn, ["s3", "sagemaker"], region),
    ]


def query_as_team(
    workgroup: str, *, results_bucket: str, results_prefix: str, account_id: str, region: str
) -> list[Statement]:
    """Query in the team's own workgroup, a pattern of its name, and read what came of it.

    https://docs.aws.amazon.com/athena/latest/ug/querying.html
    """
    bucket = f"arn:aws:s3:::{results_bucket}"
    return [
        allow(
            [
                "athena:GetNamedQuery",
                "athena:GetPreparedStatement",
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:GetQueryResultsStream",
                "athena:GetWorkGroup",
                "athena:ListNamedQueries",
                "athena:ListPreparedStatements",
                "athena:ListQueryExecutions",
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
            ],
            [f"arn:aws:athena:{region}:{account_id}:workgroup/{workgroup}"],
        ),
        *read_objects(results_bucket, results_prefix),
        write_objects(results_bucket, results_prefix),
        allow(["s3:GetBucketLocation"], [bucket]),
    ]


def _read_catalog(databases: Sequence[str], *, account_id: str, region: str) -> Statement:
    glue = f"arn:aws:glue:{region}:{account_id}"
    return allow(
        [
            "glue:BatchGetPartition",
            "glue:GetDatabase",
            "glue:GetPartition",
            "glue:GetPartitions",
            "glue:GetTable",
            "glue:GetTables",
        ],
        [
            f"{glue}:catalog",
            *(f"{glue}:database/{name}" for name in databases),
            *(f"{glue}:table/{name}/*" for name in databases),
        ],
    )


def _data_key(key_arn: str, services: Sequence[str], region: str) -> Statement:
    through = [by_prefix()[service].via(region) for service in services]
    return allow(
        ["kms:Decrypt", "kms:GenerateDataKey"],
        [key_arn],
        when={"StringEquals": {"kms:ViaService": through}},
    )

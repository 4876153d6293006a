"""What an earlier stack left is found by its tags and its name, and taken for nothing else."""

import json
from collections.abc import Collection, Iterator

import pytest

from embedded.cloud import Cloud
from infra.errors import InputError
from infra.kept import Kept, Tagged, kept_in_account
from infra.naming import Names

BUCKET = "aws:s3/bucket:Bucket"
DATABASE = "aws:glue/catalogDatabase:CatalogDatabase"
DOMAIN = "aws:codeartifact/domain:Domain"
REPOSITORY = "aws:codeartifact/repository:Repository"
KEY = "aws:kms/key:Key"
STREAM = "aws:kinesis/stream:Stream"
TABLE = "aws:glue/catalogTable:CatalogTable"
GROUP = "aws:sagemaker/modelPackageGroup:ModelPackageGroup"

NAMES = Names("maslow", "dev")
TRUSTED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud("eu-west-1") as empty:
        yield empty


def tags(environment: str = "dev") -> list[dict[str, str]]:
    given = {"maslow:project": "maslow", "maslow:environment": environment}
    return [{"Key": key, "Value": value} for key, value in given.items()]


def looked_for(cloud: Cloud, held: Collection[tuple[str, str]] = ()) -> Kept:
    return kept_in_account(Tagged(cloud.client, NAMES), lambda: held)


def bucket(cloud: Cloud, name: str, environment: str = "dev") -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": cloud.region})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags(environment)})


def test_a_bucket_is_found_by_its_name_and_the_suffix_that_it_was_given(cloud: Cloud) -> None:
    bucket(cloud, "maslow-dev-raw-bucket-0a1b2c3")
    bucket(cloud, "maslow-dev-raw-bucket-archive")
    bucket(cloud, "maslow-dev-raw-bucket-9f9f9f9", environment="prod")
    kept = looked_for(cloud)
    assert kept(BUCKET, "maslow-dev-raw-bucket", {}) == "maslow-dev-raw-bucket-0a1b2c3"
    assert kept(BUCKET, "maslow-dev-raw", {}) == ""


def test_what_the_stack_has_is_not_looked_for(cloud: Cloud) -> None:
    bucket(cloud, "maslow-dev-raw-bucket-0a1b2c3")
    assert (
        looked_for(cloud, {(BUCKET, "maslow-dev-raw-bucket")})(BUCKET, "maslow-dev-raw-bucket", {})
        == ""
    )


def test_two_that_were_left_are_not_chosen_between(cloud: Cloud) -> None:
    for suffix in ("0a1b2c3", "4d5e6f7"):
        bucket(cloud, f"maslow-dev-raw-bucket-{suffix}")
    with pytest.raises(InputError, match=r"left 2 of it: .*-0a1b2c3, .*-4d5e6f7\. Take the tag"):
        looked_for(cloud)(BUCKET, "maslow-dev-raw-bucket", {})


def test_a_database_is_imported_by_its_catalog_and_its_name(cloud: Cloud) -> None:
    glue = cloud.client("glue")
    pairs = {tag["Key"]: tag["Value"] for tag in tags()}
    for name in ("maslow_dev_raw", "maslow_dev_gone"):
        glue.create_database(DatabaseInput={"Name": name}, Tags=pairs)
    glue.delete_database(Name="maslow_dev_gone")
    kept = looked_for(cloud)
    expected = f"{cloud.account_id}:maslow_dev_raw"
    assert kept(DATABASE, "maslow-dev-lake-raw", {"name": "maslow_dev_raw"}) == expected
    assert kept(DATABASE, "maslow-dev-lake-gone", {"name": "maslow_dev_gone"}) == ""


def test_a_table_is_found_in_the_database_of_its_zone(cloud: Cloud) -> None:
    glue = cloud.client("glue")
    for environment in ("dev", "prod"):
        pairs = {tag["Key"]: tag["Value"] for tag in tags(environment)}
        for zone in ("raw", "curated"):
            database = f"maslow_{environment}_{zone}"
            glue.create_database(DatabaseInput={"Name": database}, Tags=pairs)
            if (environment, zone) != ("dev", "raw"):
                glue.create_table(DatabaseName=database, TableInput={"Name": "visits"})
    kept = looked_for(cloud)
    expected = f"{cloud.account_id}:maslow_dev_curated:visits"
    assert kept(TABLE, "maslow-dev-table-curated-visits-table", {"name": "visits"}) == expected
    assert kept(TABLE, "maslow-dev-table-raw-visits-table", {"name": "visits"}) == ""
    assert kept(TABLE, "maslow-dev-table-curated-wards-table", {"name": "wards"}) == ""


def test_a_stream_is_imported_by_its_arn(cloud: Cloud) -> None:
    kinesis = cloud.client("kinesis")
    for name, environment in (("maslow-dev-vitals", "dev"), ("maslow-dev-others", "prod")):
        pairs = {tag["Key"]: tag["Value"] for tag in tags(environment)}
        kinesis.create_stream(StreamName=name, ShardCount=1)
        kinesis.add_tags_to_stream(StreamName=name, Tags=pairs)
    kept = looked_for(cloud)
    expected = f"arn:aws:kinesis:{cloud.region}:{cloud.account_id}:stream/maslow-dev-vitals"
    assert kept(STREAM, "maslow-dev-vitals", {"name": "maslow-dev-vitals"}) == expected
    assert kept(STREAM, "maslow-dev-others", {"name": "maslow-dev-others"}) == ""


def test_packages_are_imported_by_their_arns(cloud: Cloud) -> None:
    artifact = cloud.client("codeartifact")
    lower = [{"key": tag["Key"], "value": tag["Value"]} for tag in tags()]
    domain = artifact.create_domain(domain="maslow-dev-packages", tags=lower)["domain"]["arn"]
    made = artifact.create_repository(domain="maslow-dev-packages", repository="python", tags=lower)
    repository = made["repository"]["arn"]
    kept = looked_for(cloud)
    assert kept(DOMAIN, "packages-domain", {"domain": "maslow-dev-packages"}) == domain
    # Of its domain only an output is known, which tells nothing beforehand.
    assert kept(REPOSITORY, "packages-python", {"repository": "python"}) == repository
    assert kept(REPOSITORY, "packages-store", {"repository": "store"}) == ""


def test_a_name_with_capitals_is_found_by_an_arn_without(cloud: Cloud) -> None:
    cloud.client("sagemaker").create_model_package_group(
        ModelPackageGroupName="maslow-dev-Readmission",
        ModelPackageGroupDescription="versions",
        Tags=tags(),
    )
    named = {"modelPackageGroupName": "maslow-dev-Readmission"}
    assert looked_for(cloud)(GROUP, "group", named) == "maslow-dev-Readmission"


def test_a_key_is_found_by_its_description_while_it_lives(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    given = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags()]
    keys = [
        kms.create_key(Description=text, Tags=given)["KeyMetadata"]["KeyId"]
        for text in ("maslow-dev-data: encrypts data",) * 2
    ]
    kms.schedule_key_deletion(KeyId=keys[0])
    kept = looked_for(cloud)
    described = {"description": "maslow-dev-data: encrypts data"}
    assert kept(KEY, "maslow-dev-data-key", described) == keys[1]
    assert kept(KEY, "maslow-dev-logs-key", {"description": "maslow-dev-logs: encrypts logs"}) == ""


def test_what_holds_nothing_is_written_anew(cloud: Cloud) -> None:
    policy = "aws:s3/bucketPolicy:BucketPolicy"
    assert looked_for(cloud)(policy, "maslow-dev-raw-policy", {"bucket": "b"}) == ""


def test_namespaces_and_tables_are_found_in_the_table_bucket_of_the_environment(
    cloud: Cloud,
) -> None:
    tables = cloud.client("s3tables")
    given = {"maslow:project": "maslow", "maslow:environment": "dev"}
    own = tables.create_table_bucket(name="maslow-dev-tables", tags=given)["arn"]
    others = tables.create_table_bucket(name="others")["arn"]
    for arn in (own, others):
        tables.create_namespace(tableBucketARN=arn, namespace=["oncology"])
        tables.create_table(
            tableBucketARN=arn, namespace="oncology", name="doses", format="ICEBERG"
        )
    kept = looked_for(cloud)
    bucket = {"name": "maslow-dev-tables"}
    assert kept("aws:s3tables/tableBucket:TableBucket", "maslow-dev-tables-bucket", bucket) == own
    namespace, table = "aws:s3tables/namespace:Namespace", "aws:s3tables/table:Table"
    within = {"namespace": "oncology"}
    assert kept(namespace, "maslow-dev-tables-oncology", within) == f"{own};oncology"
    assert kept(table, "doses", {**within, "name": "doses"}) == f"{own};oncology;doses"
    assert kept(table, "wards", {**within, "name": "wards"}) == ""
    assert kept(namespace, "cardiology", {"namespace": "cardiology"}) == ""


@pytest.mark.parametrize(
    ("type_", "create", "named"),
    [
        ("aws:sagemaker/mlflowApp:MlflowApp", "create_mlflow_app", "name"),
        (
            "aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer",
            "create_mlflow_tracking_server",
            "trackingServerName",
        ),
    ],
)
def test_what_keeps_runs_is_found_by_its_name(
    cloud: Cloud, type_: str, create: str, named: str
) -> None:
    role = cloud.client("iam").create_role(
        RoleName=f"runs-{named}", AssumeRolePolicyDocument=json.dumps(TRUSTED)
    )["Role"]["Arn"]
    given = {"ArtifactStoreUri": "s3://runs/mlflow", "RoleArn": role}
    own = {named[0].upper() + named[1:]: "maslow-dev-experiments"}
    cloud.client("s3").create_bucket(
        Bucket="runs", CreateBucketConfiguration={"LocationConstraint": cloud.region}
    )
    made = getattr(cloud.client("sagemaker"), create)(**given, **own)
    kept = looked_for(cloud)
    found = kept(type_, "maslow-dev-experiments-app", {named: "maslow-dev-experiments"})
    assert found in {"maslow-dev-experiments", made.get("Arn")}
    assert kept(type_, "maslow-prod-experiments-app", {named: "maslow-prod-experiments"}) == ""

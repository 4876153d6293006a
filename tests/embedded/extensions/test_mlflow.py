"""MLflow's apps and tracking servers on the embedded AWS."""

import itertools

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/experiments"
ASKED = {"ArtifactStoreUri": "s3://experiments/runs", "RoleArn": ROLE}
NAMES = (f"experiments-{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def sagemaker():
    with Cloud("eu-west-1") as cloud:
        yield cloud.client("sagemaker")


def app(sagemaker, **more):
    return sagemaker.create_mlflow_app(**{"Name": next(NAMES), **ASKED, **more})["Arn"]


def server(sagemaker, **more):
    name = next(NAMES)
    sagemaker.create_mlflow_tracking_server(**{"TrackingServerName": name, **ASKED, **more})
    return name


def test_an_app_is_made_told_changed_tagged_and_gone(sagemaker):
    arn = app(sagemaker)
    told = sagemaker.describe_mlflow_app(Arn=arn)
    assert (told["Status"], told["ArtifactStoreUri"]) == ("Created", "s3://experiments/runs")
    assert told["ModelRegistrationMode"] == "AutoModelRegistrationDisabled"
    sagemaker.update_mlflow_app(Arn=arn, WeeklyMaintenanceWindowStart="Sun:03:00")
    told = sagemaker.describe_mlflow_app(Arn=arn)
    assert told["WeeklyMaintenanceWindowStart"] == "Sun:03:00"
    assert told["ArtifactStoreUri"] == "s3://experiments/runs"
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "a"}])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "a"}]
    sagemaker.delete_mlflow_app(Arn=arn)
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_mlflow_app(Arn=arn)


def test_apps_are_listed_by_status_and_by_the_domain_that_they_are_the_default_of(sagemaker):
    domain = sagemaker.create_domain(
        DomainName=next(NAMES),
        AuthMode="IAM",
        DefaultUserSettings={"ExecutionRole": ROLE},
        HomeEfsFileSystemCreation="Disabled",
    )["DomainArn"].rpartition("/")[2]
    one, other = app(sagemaker), app(sagemaker, DefaultDomainIdList=[domain])
    sagemaker.update_mlflow_app(Arn=one, AccountDefaultStatus="ENABLED")

    def listed(**by):
        return [found["Arn"] for found in sagemaker.list_mlflow_apps(**by)["Summaries"]]

    assert listed(Status="Updated") == [one]
    assert listed(DefaultForDomainId=domain) == [other]
    assert listed(AccountDefaultStatus="ENABLED") == [one]
    assert {one, other} <= {*listed()}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"ArtifactStoreUri": "https://experiments/runs"}, "is no place in S3"),
        ({"DefaultDomainIdList": ["d-unknown"]}, "There is no domain d-unknown"),
    ],
)
def test_an_app_is_refused_that_aws_could_not_use(sagemaker, asked, said):
    with pytest.raises(ClientError, match=said):
        app(sagemaker, **asked)


def test_two_apps_have_two_names(sagemaker):
    name = next(NAMES)
    app(sagemaker, Name=name)
    with pytest.raises(ClientError, match=f"named {name} exists already"):
        app(sagemaker, Name=name)


def test_a_server_is_made_told_changed_tagged_and_gone(sagemaker):
    name = server(sagemaker)
    told = sagemaker.describe_mlflow_tracking_server(TrackingServerName=name)
    assert (told["TrackingServerStatus"], told["IsActive"]) == ("Created", "Active")
    assert (told["TrackingServerSize"], told["MlflowVersion"]) == ("Small", "3.0.0")
    sagemaker.update_mlflow_tracking_server(TrackingServerName=name, TrackingServerSize="Large")
    told = sagemaker.describe_mlflow_tracking_server(TrackingServerName=name)
    assert (told["TrackingServerSize"], told["TrackingServerStatus"]) == ("Large", "Updated")
    arn = told["TrackingServerArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "a"}])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "a"}]
    sagemaker.delete_mlflow_tracking_server(TrackingServerName=name)
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_mlflow_tracking_server(TrackingServerName=name)


def test_a_server_stops_and_starts_and_does_neither_twice(sagemaker):
    name = server(sagemaker)
    with pytest.raises(ClientError, match="runs"):
        sagemaker.start_mlflow_tracking_server(TrackingServerName=name)
    sagemaker.stop_mlflow_tracking_server(TrackingServerName=name)
    told = sagemaker.describe_mlflow_tracking_server(TrackingServerName=name)
    assert (told["TrackingServerStatus"], told["IsActive"]) == ("Stopped", "Inactive")
    with pytest.raises(ClientError, match="stopped already"):
        sagemaker.stop_mlflow_tracking_server(TrackingServerName=name)
    sagemaker.start_mlflow_tracking_server(TrackingServerName=name)
    found = sagemaker.list_mlflow_tracking_servers(TrackingServerStatus="Started")
    assert [one["TrackingServerName"] for one in found["TrackingServerSummaries"]] == [name]


def test_a_server_has_a_name_of_its_own_and_a_version_that_aws_offers(sagemaker):
    name = server(sagemaker, MlflowVersion="2.16.2")
    with pytest.raises(ClientError, match="exists already"):
        sagemaker.create_mlflow_tracking_server(TrackingServerName=name, **ASKED)
    with pytest.raises(ClientError, match=r"MlflowVersion 2.1.0 is not supported"):
        server(sagemaker, MlflowVersion="2.1.0")

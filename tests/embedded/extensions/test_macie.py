import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

BUCKETS = {"bucketDefinitions": [{"accountId": "123456789012", "buckets": ["the-raw"]}]}
WEEKLY = {"weeklySchedule": {"dayOfWeek": "MONDAY"}}


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture
def macie(cloud):
    client = cloud.client("macie2")
    client.enable_macie()
    yield client
    client.disable_macie()


def job(name, **more):
    asked = {"name": name, "clientToken": name, "jobType": "ONE_TIME", "s3JobDefinition": BUCKETS}
    return asked | more


def test_a_region_has_one_session_which_is_off_at_first(cloud):
    client = cloud.client("macie2")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_macie_session()
    with pytest.raises(ClientError, match="Macie is not enabled"):
        client.create_classification_job(**job("early"))
    client.enable_macie()
    with pytest.raises(client.exceptions.ConflictException):
        client.enable_macie()
    client.update_macie_session(findingPublishingFrequency="SIX_HOURS")
    assert client.get_macie_session()["findingPublishingFrequency"] == "SIX_HOURS"
    client.disable_macie()


def test_a_job_changes_its_status_alone_and_is_never_deleted(macie):
    scheduled = {"jobType": "SCHEDULED", "scheduleFrequency": WEEKLY}
    id_ = macie.create_classification_job(**job("weekly", **scheduled))["jobId"]
    again = macie.create_classification_job(**job("weekly", **scheduled))["jobId"]
    assert again == id_
    states = [macie.describe_classification_job(jobId=id_)["jobStatus"]]
    for wanted in ("USER_PAUSED", "RUNNING", "CANCELLED"):
        macie.update_classification_job(jobId=id_, jobStatus=wanted)
        states.append(macie.describe_classification_job(jobId=id_)["jobStatus"])
    assert states == ["IDLE", "USER_PAUSED", "IDLE", "CANCELLED"]
    with pytest.raises(ClientError, match="does not become RUNNING"):
        macie.update_classification_job(jobId=id_, jobStatus="RUNNING")


def test_an_identifier_is_kept_until_it_is_deleted(macie):
    made = macie.create_custom_data_identifier(
        name="record", regex="MRN[0-9]{8}", keywords=["record"], tags={"a": "b"}
    )
    id_ = made["customDataIdentifierId"]
    found = macie.get_custom_data_identifier(id=id_)
    assert (found["regex"], found["maximumMatchDistance"]) == ("MRN[0-9]{8}", 50)
    macie.tag_resource(resourceArn=found["arn"], tags={"c": "d"})
    macie.untag_resource(resourceArn=found["arn"], tagKeys=["a"])
    assert macie.get_custom_data_identifier(id=id_)["tags"] == {"c": "d"}
    macie.create_classification_job(**job("with", customDataIdentifierIds=[id_]))
    macie.delete_custom_data_identifier(id=id_)
    with pytest.raises(macie.exceptions.ResourceNotFoundException):
        macie.get_custom_data_identifier(id=id_)
    with pytest.raises(ClientError, match="no custom data identifier"):
        macie.create_classification_job(**job("without", customDataIdentifierIds=[id_]))


def test_results_go_where_they_were_put_last(macie):
    destination = {"bucketName": "results", "kmsKeyArn": "arn:aws:kms:eu-west-1:1:key/a"}
    macie.put_classification_export_configuration(configuration={"s3Destination": destination})
    found = macie.get_classification_export_configuration()["configuration"]
    assert found == {"s3Destination": destination}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"regex": "(?<=a)b"}, "does not support"),
        ({"regex": r"(a)\1"}, "does not support"),
        ({"regex": "a("}, "regex is none"),
        ({"regex": "a" * 513}, "1 to 512 characters"),
        ({"keywords": ["ab"]}, "3 to 90 characters"),
        ({"keywords": ["abc"] * 51}, "at most 50 keywords"),
        ({"maximumMatchDistance": 301}, "1 to 300"),
    ],
)
def test_an_identifier_that_macie_refuses_is_refused(macie, wrong, reason):
    with pytest.raises(ClientError, match=reason):
        macie.create_custom_data_identifier(**{"name": "a", "regex": "a", **wrong})


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"jobType": "SCHEDULED"}, "must have one"),
        ({"scheduleFrequency": WEEKLY}, "is for a job of jobType SCHEDULED"),
        (
            {"jobType": "SCHEDULED", "scheduleFrequency": {**WEEKLY, "dailySchedule": {}}},
            "one of daily, weekly and monthly",
        ),
        ({"s3JobDefinition": {}}, "one of bucketDefinitions and bucketCriteria"),
        ({"samplingPercentage": 101}, "1 to 100"),
    ],
)
def test_a_job_that_macie_refuses_is_refused(macie, wrong, reason):
    with pytest.raises(ClientError, match=reason):
        macie.create_classification_job(**job("wrong", **wrong))

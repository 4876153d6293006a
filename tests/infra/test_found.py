"""What an account has once is found where somebody made it, and where it does its work."""

from collections.abc import Collection, Iterator, Mapping

import pytest

from embedded.cloud import Cloud
from infra.errors import InputError
from infra.found import (
    DETECTOR,
    FINDERS,
    HUB,
    LOG_GROUP,
    MACIE,
    PROVIDER,
    RECORDER,
    TRAIL,
    Found,
    found_in_account,
)

GITHUB = "https://token.actions.githubusercontent.com"
MANAGEMENT = {
    "Name": "all",
    "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
}


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud("eu-west-1") as empty:
        yield empty


def found(cloud: Cloud, held: Collection[tuple[str, str]] = ()) -> Found:
    return found_in_account(cloud.client, lambda: held)


def bucket(cloud: Cloud) -> str:
    constraint = {"LocationConstraint": cloud.region}
    cloud.client("s3").create_bucket(Bucket="central", CreateBucketConfiguration=constraint)
    return "central"


def recorder(cloud: Cloud, *, records: bool) -> None:
    config = cloud.client("config")
    role = f"arn:aws:iam::{cloud.account_id}:role/config"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "central", "roleARN": role})
    config.put_delivery_channel(DeliveryChannel={"name": "central", "s3BucketName": bucket(cloud)})
    if records:
        config.start_configuration_recorder(ConfigurationRecorderName="central")


def provider(cloud: Cloud, *audiences: str) -> str:
    made = cloud.client("iam").create_open_id_connect_provider(
        Url=GITHUB, ClientIDList=list(audiences)
    )
    return str(made["OpenIDConnectProviderArn"])


def trail(
    cloud: Cloud,
    *,
    everywhere: bool = True,
    logs: bool = True,
    selectors: Mapping[str, object] | None = None,
) -> str:
    cloudtrail = cloud.client("cloudtrail")
    made = cloudtrail.create_trail(
        Name="central", S3BucketName=bucket(cloud), IsMultiRegionTrail=everywhere
    )
    chosen = selectors or {"AdvancedEventSelectors": [MANAGEMENT]}
    cloudtrail.put_event_selectors(TrailName="central", **chosen)
    if logs:
        cloudtrail.start_logging(Name="central")
    return str(made["TrailARN"])


@pytest.mark.parametrize("type_", FINDERS)
def test_nothing_is_found_in_an_empty_account(cloud: Cloud, type_: str) -> None:
    assert found(cloud)(type_, "own", GITHUB) == ""


def test_what_is_there_is_found(cloud: Cloud) -> None:
    detector = cloud.client("guardduty").create_detector(Enable=True)["DetectorId"]
    cloud.client("securityhub").enable_security_hub()
    hub = cloud.client("securityhub").describe_hub()["HubArn"]
    there = found(cloud)
    assert there(DETECTOR, "own", "") == detector
    assert there(HUB, "own", "") == hub


def test_what_the_stack_made_is_its_own(cloud: Cloud) -> None:
    cloud.client("guardduty").create_detector(Enable=True)
    assert found(cloud, {(DETECTOR, "own")})(DETECTOR, "own", "") == ""
    assert found(cloud, {(DETECTOR, "other")})(DETECTOR, "own", "") != ""


def test_a_suspended_detector_is_no_good(cloud: Cloud) -> None:
    cloud.client("guardduty").create_detector(Enable=False)
    with pytest.raises(InputError, match=r"audit\.guardduty: .* suspended"):
        found(cloud)(DETECTOR, "own", "")


def test_a_session_of_macie_is_found_unless_it_is_paused(cloud: Cloud) -> None:
    macie = cloud.client("macie2")
    macie.enable_macie()
    assert found(cloud)(MACIE, "own", "").endswith("/AWSServiceRoleForAmazonMacie")
    macie.update_macie_session(status="PAUSED")
    with pytest.raises(InputError, match=r"audit\.macie: .* paused"):
        found(cloud)(MACIE, "own", "")


def test_a_recorder_that_records_is_found(cloud: Cloud) -> None:
    recorder(cloud, records=True)
    assert found(cloud)(RECORDER, "own", "") == "central"


def test_a_recorder_that_does_not_record_is_no_good(cloud: Cloud) -> None:
    recorder(cloud, records=False)
    with pytest.raises(InputError, match=r"audit\.config_rules: .*central, which does not record"):
        found(cloud)(RECORDER, "own", "")


def test_a_provider_is_found_by_its_issuer(cloud: Cloud) -> None:
    arn = provider(cloud, "sts.amazonaws.com")
    assert found(cloud)(PROVIDER, "own", GITHUB) == arn
    assert found(cloud)(PROVIDER, "own", "https://gitlab.com") == ""


def test_a_provider_that_takes_other_tokens_is_no_good(cloud: Cloud) -> None:
    provider(cloud, "somewhere.else")
    with pytest.raises(InputError, match=r"takes no tokens for sts\.amazonaws\.com"):
        found(cloud)(PROVIDER, "own", GITHUB)


def test_a_trail_of_all_regions_that_logs_is_found(cloud: Cloud) -> None:
    arn = trail(cloud)
    assert found(cloud)(TRAIL, "own", "") == arn


@pytest.mark.parametrize("lack", [{"everywhere": False}, {"logs": False}])
def test_a_trail_that_records_less_is_not_taken(cloud: Cloud, lack: dict[str, bool]) -> None:
    trail(cloud, **lack)
    assert found(cloud)(TRAIL, "own", "") == ""


@pytest.mark.parametrize(
    ("fields", "takes"),
    [
        ([{"Field": "eventCategory", "Equals": ["Data"]}], False),
        (
            [
                {"Field": "eventCategory", "Equals": ["Management"]},
                {"Field": "readOnly", "Equals": ["false"]},
            ],
            False,
        ),
        ([{"Field": "eventCategory", "Equals": ["Management"]}], True),
    ],
)
def test_a_trail_is_taken_by_the_events_that_it_records(
    cloud: Cloud, fields: list[dict[str, object]], takes: bool
) -> None:
    chosen = [{"Name": "some", "FieldSelectors": fields}]
    arn = trail(cloud, selectors={"AdvancedEventSelectors": chosen})
    assert found(cloud)(TRAIL, "own", "") == (arn if takes else "")


@pytest.mark.parametrize(
    ("selector", "takes"),
    [
        ({"ReadWriteType": "All", "IncludeManagementEvents": True}, True),
        ({"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}, False),
        ({"ReadWriteType": "All", "IncludeManagementEvents": False}, False),
        (
            {
                "ReadWriteType": "All",
                "IncludeManagementEvents": True,
                "ExcludeManagementEventSources": ["kms.amazonaws.com"],
            },
            False,
        ),
    ],
)
def test_basic_selectors_are_understood(
    cloud: Cloud, selector: dict[str, object], takes: bool
) -> None:
    arn = trail(cloud, selectors={"EventSelectors": [selector]})
    assert found(cloud)(TRAIL, "own", "") == (arn if takes else "")


def test_a_log_group_is_found_by_its_whole_name(cloud: Cloud) -> None:
    cloud.client("logs").create_log_group(logGroupName="/aws/sagemaker/TrainingJobs")
    there = found(cloud)
    assert there(LOG_GROUP, "own", "/aws/sagemaker/TrainingJobs") == "/aws/sagemaker/TrainingJobs"
    assert there(LOG_GROUP, "own", "/aws/sagemaker/Training") == ""

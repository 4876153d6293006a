"""SageMaker's quotas as Service Quotas tells them."""

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

ACROSS = {"ServiceCode": "sagemaker", "QuotaCode": "L-7A3DF611"}


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        yield running


def test_a_request_for_more_is_pending_and_there_is_one_alone(cloud) -> None:
    client = cloud.client("service-quotas")

    told = client.request_service_quota_increase(**ACROSS, DesiredValue=8.0)["RequestedQuota"]

    assert told["Status"] == "PENDING"
    (kept,) = client.list_requested_service_quota_change_history()["RequestedQuotas"]
    assert (kept["Id"], kept["DesiredValue"]) == (told["Id"], 8.0)
    with pytest.raises(ClientError, match="Only one open"):
        client.request_service_quota_increase(**ACROSS, DesiredValue=9.0)
    assert client.get_service_quota(**ACROSS)["Quota"]["Value"] == 4


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"QuotaCode": "L-7A3DF611", "DesiredValue": 4.0}, "IllegalArgumentException"),
        ({"QuotaCode": "L-00000000", "DesiredValue": 4.0}, "NoSuchResourceException"),
        ({"ServiceCode": "ec2", "QuotaCode": "L-1216C47A"}, "NoSuchResourceException"),
    ],
)
def test_what_aws_would_refuse_is_refused(cloud, arguments, code) -> None:
    client = cloud.client("service-quotas")

    with pytest.raises(ClientError) as error:
        client.request_service_quota_increase(
            **{"ServiceCode": "sagemaker", "DesiredValue": 9.0, **arguments}
        )

    assert error.value.response["Error"]["Code"] == code


def test_one_quota_is_told_and_those_of_other_services_as_before(cloud) -> None:
    client = cloud.client("service-quotas")

    told = client.get_service_quota(ServiceCode="sagemaker", QuotaCode="L-7A3DF611")["Quota"]
    assert (told["QuotaName"], told["Value"]) == ("Number of instances across active endpoints", 4)
    vpc = client.get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")["Quota"]
    assert vpc["QuotaName"] == "VPCs per Region"

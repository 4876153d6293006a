"""A version that is registered gets its card by itself, on the embedded AWS."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from components.common.function import RUNTIME, archive
from components.platform.version_cards.version_cards import (
    PACKAGE,
    files,
    function_policy,
    keeping_machine,
    registered_pattern,
)
from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/any"
GROUP = "maslow-dev-readmission"
SAID = {GROUP: {"purpose": "To call patients back in time."}}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """A cloud with what the component declares."""
    with Cloud("eu-west-1") as running:
        client = running.client
        client("s3").create_bucket(
            Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        client("iam").create_role(RoleName="any", AssumeRolePolicyDocument="{}")
        function = client("lambda").create_function(
            FunctionName="cards",
            Role=ROLE,
            Runtime=RUNTIME,
            Handler=f"{PACKAGE}.keep_card.handler",
            Code={"ZipFile": archive(files("ml@example.com", SAID))},
            Timeout=60,
        )["FunctionArn"]
        machine = client("stepfunctions").create_state_machine(
            name="cards",
            definition=json.dumps(keeping_machine(function_arn=function)),
            roleArn=ROLE,
        )["stateMachineArn"]
        client("events").put_rule(
            Name="cards", EventPattern=json.dumps(registered_pattern("maslow-dev-"))
        )
        client("events").put_targets(
            Rule="cards", Targets=[{"Id": "1", "Arn": machine, "RoleArn": ROLE}]
        )
        for group in (GROUP, "other"):
            client("sagemaker").create_model_package_group(ModelPackageGroupName=group)
        yield running


@pytest.fixture
def register(cloud: Cloud) -> Callable[..., str]:
    def create(group: str = GROUP, **more: Any) -> str:
        return str(
            cloud.client("sagemaker").create_model_package(
                ModelPackageGroupName=group, ModelApprovalStatus="PendingManualApproval", **more
            )["ModelPackageArn"]
        )

    return create


def card(cloud: Cloud, arn: str) -> Any:
    found = cloud.client("sagemaker").describe_model_package(ModelPackageName=arn)
    return found.get("ModelCard")


def settled(cloud: Cloud, runs: int) -> list[str]:
    """The outputs of the machine's executions, the newest first, once so many have ended."""
    machines = cloud.client("stepfunctions")
    (machine,) = machines.list_state_machines()["stateMachines"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = machines.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
        ended = [each for each in found if each["status"] != "RUNNING"]
        if len(ended) >= runs:
            break
        time.sleep(0.1)
    described = [machines.describe_execution(executionArn=e["executionArn"]) for e in ended]
    assert {each["status"] for each in described} == {"SUCCEEDED"}, described
    return sorted(each["output"] for each in described)


def test_a_registered_version_gets_its_card_once(
    cloud: Cloud, register: Callable[..., str]
) -> None:
    cloud.client("s3").put_object(Bucket="artifacts", Key="snapshot.json", Body=b'{"rows": 569}')
    register("other")  # another environment's
    arn = register(CustomerMetadataProperties={"snapshot": "s3://artifacts/snapshot.json"})
    # The function's own change is an event, too, and leaves the card alone.
    assert [json.loads(each) for each in settled(cloud, 2)] == [{"kept": False}, {"kept": True}]
    kept = card(cloud, arn)
    assert kept["ModelCardStatus"] == "Draft"
    content = json.loads(kept["ModelCardContent"])
    assert content["model_overview"]["model_creator"] == "ml@example.com"
    assert content["intended_uses"]["purpose_of_model"] == "To call patients back in time."
    assert content["training_details"]["training_observations"] == "569 records"


def test_a_card_that_came_with_the_version_stays(
    cloud: Cloud, register: Callable[..., str]
) -> None:
    own = {"ModelCardContent": '{"intended_uses": {}}', "ModelCardStatus": "PendingReview"}
    arn = register(ModelCard=own)
    settled(cloud, 3)
    assert card(cloud, arn) == own


def test_the_function_reads_what_versions_were_made_of_and_no_more() -> None:
    policy = function_policy(
        name_prefix="maslow-dev-",
        bucket="artifacts",
        key_arn="arn:aws:kms:eu-west-1:123456789012:key/1",
        account_id="123456789012",
        region="eu-west-1",
    )
    packages, objects, key = policy["Statement"]
    assert packages["Resource"] == [
        "arn:aws:sagemaker:eu-west-1:123456789012:model-package/maslow-dev-*"
    ]
    assert objects == {
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::artifacts/models/*"],
    }
    assert key["Action"] == ["kms:Decrypt"]

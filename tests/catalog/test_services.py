"""The records of AWS's services, against each other, botocore, IAM's reference and every graph."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from fnmatch import fnmatchcase
from string import Formatter
from typing import Any

import botocore.session
import pulumi_aws
import pytest
from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from catalog import entries
from catalog.features import FEATURES
from catalog.generate_regions import generated, rendered
from catalog.regions import FILE, regions
from catalog.service_record import Feature, Lifecycle, Service
from catalog.services import SERVICES, action_of, by_client, by_prefix, by_principal
from components.foundation.keys.key_policy import DataClass
from components.foundation.network.endpoint_services import Use
from infra.graph import Graph

REFERENCE: dict[str, Any] = load_resource(AdditionalSpecs, "Policies.json")
"""AWS's service authorization reference, as cfn-lint has it: actions in lower case by prefix."""
SIGNED_FOR = {"cloudcontrolapi": "cloudformation", "monitoring": "cloudwatch", "tagging": "tag"}
"""What requests are signed for, where IAM's prefix is another name."""
OF_AGENTS = {"backup-storage", "ec2messages", "sagemaker-mlflow", "ssmmessages"}
"""Services that AWS itself, its agents or MLflow call, and no boto3 client does."""
CLASSES = {holds.value for holds in DataClass}
RETIRED = [
    *((each.name, each.lifecycle) for each in FEATURES),
    *((each.prefix, each.lifecycle) for each in SERVICES if each.lifecycle),
]
EVERY = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.prefix)


def allowing(value: Any) -> Iterator[dict[str, Any]]:
    """The statements that allow something, in whatever policy, JSON in texts included."""
    match value:
        case {"Effect": "Allow"}:
            yield value
        case dict():
            for item in value.values():
                yield from allowing(item)
        case list():
            for item in value:
                yield from allowing(item)
        case str() if value.startswith(('{"', '["')):
            yield from allowing(json.loads(value))


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def repeated(names: Iterable[str]) -> list[str]:
    counted = Counter(names)
    return sorted(name for name, times in counted.items() if times > 1)


def placeholders(value: Any) -> set[str]:
    """The names in braces, however deep."""
    match value:
        case str():
            return {name for _, name, _, _ in Formatter().parse(value) if name is not None}
        case dict():
            return set().union(*map(placeholders, value.values()))
        case _:
            return set().union(*map(placeholders, value))


def test_every_name_belongs_to_one_service() -> None:
    assert repeated(service.prefix for service in SERVICES) == []
    assert repeated(name for each in SERVICES for name in each.clients or (each.prefix,)) == []
    assert repeated(used.name for service in SERVICES for used in service.principals) == []
    assert repeated(endpoint.name for each in SERVICES for endpoint in each.endpoints) == []


def test_every_resource_type_is_of_a_service_with_a_record() -> None:
    without = {token for token, entry in entries().items() if entry.service not in by_client()}
    assert without == set(), "write a record into catalog/services.py"


@EVERY
def test_iam_knows_the_prefix_and_all_actions_that_the_record_names(service: Service) -> None:
    actions = REFERENCE[service.prefix]["Actions"]
    named = {*service.boundary, *service.actions.values()}
    assert [n for n in named if not any(fnmatchcase(a, n.lower()) for a in actions)] == []


@EVERY
def test_every_client_signs_its_requests_for_the_service(service: Service) -> None:
    if service.prefix in OF_AGENTS:
        return
    session = botocore.session.get_session()
    for client in service.clients or (service.prefix,):
        signed_for = session.get_service_model(client).signing_name
        assert SIGNED_FOR.get(signed_for, signed_for) == service.prefix


def test_an_operation_is_allowed_by_the_action_that_iam_calls_it() -> None:
    assert action_of("stepfunctions", "StartExecution") == "states:StartExecution"
    assert action_of("s3", "HeadBucket") == "s3:ListBucket"
    with pytest.raises(KeyError, match="mturk"):
        action_of("mturk", "CreateHIT")


def test_what_has_one_endpoint_for_all_regions_is_not_held_to_one() -> None:
    data = botocore.session.get_session().get_data("endpoints")
    (partition,) = [each for each in data["partitions"] if each["partition"] == "aws"]
    services = {name: by_prefix().get(name) for name in partition["services"]}
    everywhere = {
        service.prefix
        for name, service in services.items()
        if service and not partition["services"][name].get("isRegionalized", True)
    }
    assert {"budgets", "iam", "route53"} <= everywhere
    assert {prefix for prefix in everywhere if not by_prefix()[prefix].elsewhere} == set()
    assert everywhere & regions().keys() == set()


@EVERY
def test_a_principal_is_a_name_of_aws_that_differs_by_region_alone(service: Service) -> None:
    for principal in service.principals:
        assert re.fullmatch(r"[a-z0-9{}.-]+\.amazonaws\.com", principal.name)
        assert placeholders(principal.name) <= {"region"}


@EVERY
def test_keys_are_used_for_classes_of_data_that_there_are(service: Service) -> None:
    assert set(service.encrypts) <= CLASSES
    assert service.kms_via or not (service.encrypts or service.keeps_grants)
    for principal in service.principals:
        if principal.key:
            assert set(principal.key.classes) <= CLASSES
            assert all(action.startswith("kms:") for action in principal.key.actions)
            assert placeholders(principal.key.when) <= {"account", "region"}


@EVERY
def test_of_whom_a_role_is_passed_to_it_is_known_whether_it_sends_the_account(
    service: Service,
) -> None:
    passed_to = [principal for principal in service.principals if principal.roles_passed]
    assert [each.name for each in passed_to if each.sends_source_account is None] == []


def test_every_class_of_data_is_kept_by_a_service() -> None:
    assert {holds for service in SERVICES for holds in service.encrypts} == CLASSES


def test_the_condition_on_a_keys_use_is_for_the_region_and_the_service() -> None:
    assert by_prefix()["elasticfilesystem"].via("eu-west-1") == (
        "elasticfilesystem.eu-west-1.amazonaws.com"
    )
    with pytest.raises(ValueError, match=r"events: its kms:ViaService is not in"):
        by_prefix()["events"].via("eu-west-1")


@EVERY
def test_an_endpoint_is_needed_for_what_workloads_do(service: Service) -> None:
    for endpoint in service.endpoints:
        assert {use.value for use in Use} >= set(endpoint.uses)


@EVERY
def test_what_the_platform_uses_is_within_the_boundary(service: Service) -> None:
    used = bool(service.encrypts) or any(
        principal.roles_passed or (principal.key and principal.key.classes)
        for principal in service.principals
    )
    assert service.boundary or not used


def test_every_principal_in_a_policy_of_a_stack_has_a_record(either_pass: Graph) -> None:
    region = "eu-west-1"
    known = {name.format(region=region) for name in by_principal()}
    named = {
        name
        for resource in either_pass.resources
        for statement in allowing(resource.inputs)
        if isinstance(statement.get("Principal"), dict)
        for name in listed(statement["Principal"].get("Service", []))
    }
    assert "sagemaker.amazonaws.com" in named
    assert named - known == set(), "write the principal into its service's record"


def test_every_action_in_a_policy_of_a_stack_is_of_a_service_with_a_record(
    either_pass: Graph,
) -> None:
    prefixes = {
        action.partition(":")[0]
        for resource in either_pass.resources
        for statement in allowing(resource.inputs)
        for action in listed(statement["Action"])
    }
    assert "sagemaker" in prefixes
    assert prefixes - by_prefix().keys() == set(), "write a record into catalog/services.py"


@pytest.mark.parametrize(("name", "lifecycle"), RETIRED, ids=[name for name, _ in RETIRED])
def test_a_life_cycle_has_a_date_and_a_page_of_aws(name: str, lifecycle: Lifecycle) -> None:
    assert type(lifecycle.date) is date
    assert lifecycle.source.startswith("https://docs.aws.amazon.com/")
    assert lifecycle.source.endswith(".html")


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_the_types_of_a_feature_exist(feature: Feature) -> None:
    schemas = PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1")
    for type_ in feature.types:
        if type_.startswith("aws:"):
            module, _, name = type_.removeprefix("aws:").partition(":")
            assert hasattr(getattr(pulumi_aws, module.partition("/")[0]), name), type_
        else:
            assert type_ in schemas


def test_the_committed_regions_are_those_of_the_installed_packages() -> None:
    assert FILE.read_text() == rendered(generated()), "run: python -m catalog.generate_regions"


def test_regions_are_of_the_aws_partition_and_differ_by_service() -> None:
    found = regions()
    assert "eu-west-1" in found["codeartifact"]
    assert "eu-south-2" not in found["codeartifact"]
    assert "eu-west-1" in found["s3tables"], "which only CloudFormation's schemas list"
    assert not any(region.startswith(("cn-", "us-gov-")) for region in found["s3"])
    assert "iam" not in found

import dataclasses
import importlib
import inspect
import re
import warnings
from collections.abc import Mapping
from keyword import iskeyword
from typing import Any

import pulumi_aws
import pytest

import catalog
from catalog import CLOUDCONTROL, UnknownType, entries, entry_of
from catalog.permissions import grants_of
from catalog.record import Each, Type
from catalog.templates import filled, references
from embedded.functions import function_of
from embedded.reshaping import RESHAPED
from embedded.translate import at, service_model

TOKENS = sorted(entries())
OUTPUTS_FOR_USE = ("arn", "keyId", "repositoryUrl", "publicIp", "bucketRegionalDomainName")


def pulumi_module(token: str) -> Any:
    path, _, name = token.removeprefix("aws:").partition("#")[0].partition(":")
    package, _, module = path.partition("/")
    package += "_" if iskeyword(package) else ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # some warn of former classes beside
        # A module that is imported before its package is missing from the package ever after.
        getattr(getattr(pulumi_aws, package), name)
        snake = re.sub(r"(?<!^)([A-Z])", r"_\1", module).lower()
        return importlib.import_module(f"pulumi_aws.{package}.{snake}"), name


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def inputs_of(token: str) -> set[str]:
    module, name = pulumi_module(token)
    parameters = inspect.signature(getattr(module, name)._internal_init).parameters
    return {camel(key) for key in parameters} - {"Self", "resourceName", "opts", "Props", ""}


def outputs_of(token: str) -> set[str]:
    module, name = pulumi_module(token)
    properties = inspect.getmembers(getattr(module, name), lambda it: isinstance(it, property))
    return {camel(key) for key, _ in properties}


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        ("aws:s3/bucketPolicy:BucketPolicy", {"bucket", "policy", "region"}),
        ("aws:lambda/function:Function", {"handler", "role"}),
        ("aws:s3/bucketV2:BucketV2", {"bucket"}),
    ],
)
def test_every_resource_module_of_pulumi_is_found_by_its_token(
    token: str, inputs: set[str]
) -> None:
    assert inputs_of(token) >= inputs


@pytest.mark.parametrize("token", TOKENS)
def test_every_operation_and_parameter_exists_in_aws(token: str) -> None:
    entry = entry_of(token)
    model = service_model(entry.service)
    for call in entry.calls():
        assert call.operation in model.operation_names
        shape = model.operation_model(call.operation).input_shape
        for path in (*call.given, *([call.inside] if call.inside else [])):
            at(shape, path)


@pytest.mark.parametrize("token", TOKENS)
def test_every_ignored_input_is_pulumis_and_has_a_reason(token: str) -> None:
    known = inputs_of(token)
    for path, reason in entry_of(token).ignored.items():
        assert path.partition(".")[0] in known
        assert len(reason.split()) > 3


@pytest.mark.parametrize("token", TOKENS)
def test_every_input_that_the_catalog_names_is_pulumis(token: str) -> None:
    entry = entry_of(token)
    named = {entry.name, *entry.defaults, *entry.replaces} - {""}
    named |= {step.input for step in entry.steps if isinstance(step, Each)} - pseudo(entry)
    for call in entry.calls():
        named |= set(call.takes or ()) - elements_of(entry) - pseudo(entry)
    assert named <= inputs_of(token)


def pseudo(entry: Type) -> set[str]:
    """Inputs that only a reshaping makes."""
    made = {"ingressSelf", "egressSelf", "sseSpecification", "ttlDuration"} | {
        "icebergCompaction",
        "icebergSnapshotManagement",
        "icebergUnreferencedFileRemoval",
        *("authenticationMode", "egressMode", "elasticLoadBalancing", "endpointAccess"),
    }
    return made if entry.token in RESHAPED else set()


def elements_of(entry: Type) -> set[str]:
    each = [step for step in entry.steps if isinstance(step, Each)]
    return {name for step in each for name in (*(step.add.takes or ()), *(step.remove.takes or ()))}


@pytest.mark.parametrize("token", TOKENS)
def test_outputs_are_pulumis_own_and_hold_what_others_need(token: str) -> None:
    entry = entry_of(token)
    promised = {name for call in (entry.create, *entry.reads) for name in call.outputs}
    promised = {path.partition(".")[0] for path in promised | set(entry.outputs)}
    declared = outputs_of(token) | {"id"}
    assert promised <= declared
    assert {name for name in OUTPUTS_FOR_USE if name in declared} <= promised | inputs_of(token)


@pytest.mark.parametrize(
    ("token", "file"),
    [
        ("aws:mwaa/environment:Environment", "catalog/mwaa.py"),
        ("aws:lambda/alias:Alias", "catalog/lambda_.py"),
    ],
)
def test_a_type_that_is_not_there_names_the_file_it_belongs_to(token: str, file: str) -> None:
    with pytest.raises(UnknownType, match=f"{re.escape(token)}.*{re.escape(file)}"):
        entry_of(token)


@pytest.mark.parametrize("token", TOKENS)
def test_every_type_says_whether_it_holds_data_and_what_its_life_asks_of_iam(token: str) -> None:
    entry = entry_of(token)
    assert bool(entry.holds_data) != bool(entry.holds_no_data)
    assert entry.iam is not None
    assert grants_of(entry)


def test_of_cloud_controls_one_type_the_cloudformation_type_tells_which() -> None:
    base = entry_of(CLOUDCONTROL)
    mine = dataclasses.replace(base, cloudformation="AWS::MWAAServerless::Workflow")
    try:
        catalog.extend([mine])
        assert entry_of(CLOUDCONTROL, {"typeName": "AWS::MWAAServerless::Workflow"}) is mine
        assert entry_of(CLOUDCONTROL, {"typeName": "AWS::ARC::Plan"}) is base
    finally:
        catalog.forget([mine])


def test_a_function_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownType, match=r"getBillingServiceAccount.*embedded\.functions"):
        function_of("aws:index/getBillingServiceAccount:getBillingServiceAccount")


@pytest.mark.parametrize(
    ("template", "made"),
    [
        ("{count}", 3),
        ("arn:{name}", "arn:vpc"),
        ("{missing}", None),
        ("x-{missing}", None),
        ({"a": "{name}", "b": "{missing}"}, {"a": "vpc"}),
        (["{name}", "{missing}"], ["vpc"]),
        ('{"Version": "2012-10-17"}', '{"Version": "2012-10-17"}'),
        (True, True),
    ],
)
def test_a_template_takes_values_and_leaves_out_what_has_none(template: Any, made: Any) -> None:
    assert filled(template, {"name": "vpc", "count": 3}) == made


def test_references_are_found_however_deep() -> None:
    nested: Mapping[str, Any] = {"a": ["{one}", {"b": "x-{two}"}], "c": 1}
    assert references(nested) == {"one", "two"}


def test_entries_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        entry_of("aws:kms/key:Key").name = "x"  # type: ignore[misc]

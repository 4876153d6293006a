"""The catalog's records against CloudFormation's resource schemas."""

from fnmatch import fnmatchcase

import pytest

from catalog import CLOUDCONTROL, entries, generate, key_of
from catalog.cloudformation import FILE, named, schema_of
from catalog.permissions import grants_of
from catalog.record import VERBS, Type
from catalog.services import action_of
from embedded.inputs import updatable

KEYS = [entry for entry in entries().values() if entry.service == "kms"]
RECORDS = [entry for entry in entries().values() if entry.cloudformation]
EVERY = pytest.mark.parametrize("entry", RECORDS, ids=key_of)


def test_the_committed_file_is_what_the_installed_packages_say() -> None:
    written = generate.rendered(generate.generated())
    assert FILE.read_text(encoding="utf-8") == written, "run: python -m catalog.generate"


@EVERY
def test_each_cloudformation_type_of_a_record_is_one(entry: Type) -> None:
    assert schema_of(entry.cloudformation) is not None
    assert named(entry.token) == (None if entry.token == CLOUDCONTROL else entry.cloudformation)


@EVERY
def test_what_a_grant_adds_to_the_handlers_of_a_type_names_its_source(entry: Type) -> None:
    schema = schema_of(entry.cloudformation)
    assert schema is not None
    asked = {action.lower() for names in schema.actions.values() for action in names}
    for grant in grants_of(entry):
        beyond = {
            action
            for action in grant.actions(VERBS)
            if not any(
                fnmatchcase(action.lower(), known) or fnmatchcase(known, action.lower())
                for known in asked
            )
        }
        own = {action_of(entry.service, call.operation) for call in entry.calls()}
        assert not beyond - own or grant.source.startswith("https://"), (entry.token, beyond - own)


FOR_ALL_KEYS = {
    action for key in KEYS for grant in grants_of(key) for action in grant.actions(VERBS)
}
NOT_ASKED_OF_WHO_DEPLOYS = {
    "aws:athena/workgroup:Workgroup": "results are written by S3, in the name of who queries",
    "aws:cloudwatch/eventBus:EventBus": (
        "events.amazonaws.com uses the key itself: "
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-key-policy.html"
    ),
    "aws:emrserverless/application:Application": "the key of its disks is named by each run",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": (
        "a grant is made, and revoked, only where records are put into Firehose itself"
    ),
    "aws:kms/key:Key": "a key is enabled from the first, and disabled by a person",
    "aws:lambda/eventSourceMapping:EventSourceMapping": "only filters of records are encrypted",
    "aws:lambda/function:Function": "only variables are encrypted, by Lambda's own key",
    "aws:sfn/stateMachine:StateMachine": "the platform's definitions have no key of their own",
}
"""Types whose handlers ask for the use of keys, and why no deployment needs it."""


@EVERY
def test_what_a_types_handlers_do_with_keys_is_allowed_to_who_deploys(entry: Type) -> None:
    schema = schema_of(entry.cloudformation)
    assert schema is not None
    asked = {action for names in schema.actions.values() for action in names}
    asked = {action for action in asked if action.startswith("kms:")}
    own = {action for grant in grants_of(entry) for action in grant.actions(VERBS)}
    allowed = {action.lower() for action in own | FOR_ALL_KEYS}  # IAM knows no capitals
    missing = {action for action in asked if action.lower() not in allowed}
    assert bool(missing) is (entry.token in NOT_ASKED_OF_WHO_DEPLOYS), missing


@EVERY
def test_what_cloudformation_replaces_for_is_not_changed_in_place(entry: Type) -> None:
    schema = schema_of(entry.cloudformation)
    assert schema is not None
    names = {f"{path[0].lower()}{path[1:]}" for path in schema.replaces if "/" not in path}
    in_place = {name for name in names if name in known_inputs(entry) and updatable(entry, name)}
    assert in_place - entry.changes.keys() == set()


def known_inputs(entry: Type) -> set[str]:
    """Inputs that the record's calls name, so that a like name is no accident."""
    calls = [call for call in entry.calls() if call.takes]
    return {name for call in calls for name in call.takes or ()}

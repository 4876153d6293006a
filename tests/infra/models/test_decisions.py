from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from infra.errors import InputError
from infra.models import decisions, registry
from infra.models.place import caller
from infra.models.registry import Version

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def found(*statuses):
    """Versions 1, 2, … of these statuses, newest first, as the registry lists them."""
    words = {"a": "Approved", "p": "PendingManualApproval", "r": "Rejected"}
    return [
        Version(number, f"arn/{number}", words[status], BEGAN + timedelta(days=number))
        for number, status in enumerate(statuses, start=1)
    ][::-1]


def numbers(decision):
    return tuple(
        one.number if one else None for one in (decision.version, decision.before, decision.after)
    )


def test_the_newest_that_waits_is_approved_and_deployed():
    decision = decisions.to_approve("m", found("a", "p", "p"), None, again=False)
    assert numbers(decision) == (3, 1, 3)
    assert decision.deploys


def test_an_older_version_than_the_approved_one_is_approved_without_a_deployment():
    decision = decisions.to_approve("m", found("p", "a"), 1, again=False)
    assert numbers(decision) == (1, 2, 2)
    assert not decision.deploys


def test_a_rejected_version_is_approved_only_again():
    versions = found("a", "r")
    with pytest.raises(InputError, match="Version 2 of m was rejected; --again"):
        decisions.to_approve("m", versions, 2, again=False)
    assert numbers(decisions.to_approve("m", versions, 2, again=True)) == (2, 1, 2)


@pytest.mark.parametrize(
    ("statuses", "number", "message"),
    [
        ("ar", None, r"No version of m waits for a decision. It has 2 \(Rejected\), 1 \(Approved"),
        ("", None, "It has none"),
        ("ap", 1, "Version 1 of m is approved already"),
        ("ap", 5, "m has no version 5. It has 2, 1."),
    ],
)
def test_what_cannot_be_approved_is_refused(statuses, number, message):
    with pytest.raises(InputError, match=message):
        decisions.to_approve("m", found(*statuses), number, again=False)


def test_a_waiting_version_is_rejected_without_a_deployment():
    decision = decisions.to_reject("m", found("a", "p"), None, last=False)
    assert numbers(decision) == (2, 1, 1)
    assert not decision.deploys


def test_to_reject_the_approved_version_brings_the_one_before_back():
    decision = decisions.to_reject("m", found("a", "r", "a"), 3, last=False)
    assert numbers(decision) == (3, 3, 1)
    assert decision.deploys


def test_the_only_approved_version_is_rejected_only_as_the_last():
    with pytest.raises(InputError, match=r"the only approved one.*--last"):
        decisions.to_reject("m", found("r", "a"), 2, last=False)
    decision = decisions.to_reject("m", found("r", "a"), 2, last=True)
    assert numbers(decision) == (2, 2, None)
    assert decision.deploys


def test_a_waiting_version_is_rejected_beside_the_only_approved_one():
    decision = decisions.to_reject("m", found("a", "p"), 2, last=False)
    assert numbers(decision) == (2, 1, 1)


def test_what_is_rejected_already_is_not_rejected_again():
    with pytest.raises(InputError, match="Version 1 of m is rejected already"):
        decisions.to_reject("m", found("r", "a"), 1, last=False)


def test_a_rollback_goes_to_the_approved_version_before():
    decision = decisions.to_roll_back("m", found("a", "a", "r", "a", "p"))
    assert numbers(decision) == (4, 4, 2)
    assert decision.status == "Rejected"


@pytest.mark.parametrize(
    ("statuses", "message"),
    [("rp", "no approved version"), ("ra", "Version 2 of m is the only approved one")],
)
def test_there_is_no_rollback_without_a_version_before(statuses, message):
    with pytest.raises(InputError, match=message):
        decisions.to_roll_back("m", found(*statuses))


def test_a_decision_is_described_by_who_made_it_and_why():
    assert decisions.describe("ada", "looks\n  good") == "ada: looks good"
    assert len(decisions.describe("ada", "x" * (1024 - 5))) == 1024
    with pytest.raises(InputError, match=r"The reason has 1020 characters.*at most 1024"):
        decisions.describe("ada", "x" * 1020)
    with pytest.raises(InputError, match="needs a reason"):
        decisions.describe("ada", "  \n")


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:iam::123456789012:user/team/ada", "ada"),
        ("arn:aws:sts::123456789012:assumed-role/engineer/ada@example.com", "ada@example.com"),
        ("arn:aws:iam::123456789012:root", "root"),
    ],
)
def test_who_decides_is_told_by_the_callers_arn(arn, name):
    assert caller(arn) == name


def test_a_decision_is_kept_in_the_registry(place, register):
    register("Approved")
    register("PendingManualApproval")
    versions = registry.versions(place, "readmission")
    assert [one.number for one in versions] == [2, 1]
    decisions.keep(
        place, decisions.to_approve("readmission", versions, None, again=False), "ada: better"
    )
    newest = registry.versions(place, "readmission")[0]
    assert newest.status == "Approved"
    assert registry.described(place, newest)["ApprovalDescription"] == "ada: better"


def test_what_another_environment_trains_is_decided_of_there(project, place):
    prod = replace(place, stack=project.stack("prod"))
    with pytest.raises(InputError, match=r"are dev's.*`maslow model approve readmission -s dev`"):
        decisions.require_own(prod, "readmission", "approve")
    decisions.require_own(place, "readmission", "approve")


def test_what_follows_in_aws_is_said_as_the_delivery_has_it(project, place):
    def said(decision, **delivery):
        platform = place.stack.platform
        settings = platform.delivery.model_copy(update=delivery)
        stack = replace(place.stack, platform=platform.model_copy(update={"delivery": settings}))
        return decisions.next_in_aws(replace(place, stack=stack), decision)

    deploys = decisions.to_approve("m", found("a", "p"), None, again=False)
    assert said(deploys) == "The delivery maslow-dev-delivery deploys version 2."
    assert said(deploys, approvers=("platform-engineer",)) == (
        "The delivery maslow-dev-delivery deploys version 2 once platform-engineer has approved it."
    )
    tagged = place.stack.platform.delivery.trigger.model_copy(update={"tag": "v*", "branch": None})
    assert said(deploys, by="ci", trigger=tagged) == (
        "`maslow up -s dev`, or the next tag, deploys version 2."
    )
    nothing = decisions.to_reject("m", found("a", "p"), None, last=False)
    assert "version 1 is the newest that is approved" in said(nothing)

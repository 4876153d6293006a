from pathlib import Path

import pytest

from infra.settings import SettingsError, load

CIDRS = {"dev": "10.10.0.0/16", "prod": "10.20.0.0/16"}
OWN = '{dev: "111111111111", prod: "222222222222"}'
SHARED = '{dev: "111111111111", prod: "111111111111"}'


@pytest.fixture
def stacks(tmp_path: Path) -> Path:
    folder = tmp_path / "stacks"
    folder.mkdir()
    return folder


def environment(folder: Path, name: str, region: str = "eu-west-1", **settings: str) -> Path:
    path = folder / f"Pulumi.{name}.yaml"
    more = "".join(f"    {key}: {value}\n" for key, value in settings.items())
    path.write_text(
        f"config:\n  aws:region: {region}\n  maslow:platform:\n    owner: ml@example.com\n"
        f"    network: {{cidr: {CIDRS[name]}}}\n    source: {{github: example/platform}}\n{more}"
    )
    return path


def said(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load(path)
    return str(caught.value)


def test_a_trail_is_on_and_the_rest_is_off_unless_asked_for(stacks):
    audit = load(environment(stacks, "dev")).platform.audit
    assert audit.management_events
    assert audit.retention_days == 400
    assert audit.object_lock is None
    assert not any((audit.data_events, audit.config_rules, audit.guardduty, audit.security_hub))


def test_all_of_it_is_taken(stacks):
    asked = (
        "{retention_days: 2555, object_lock: compliance, management_events: false, "
        "data_events: true, config_rules: true, guardduty: true, security_hub: true}"
    )
    audit = load(environment(stacks, "prod", audit=asked)).platform.audit
    assert audit.object_lock == "compliance"
    assert not audit.management_events


@pytest.mark.parametrize(
    ("audit", "mistake"),
    [
        ("{retention_days: 7}", "audit.retention_days: 7 "),
        ("{retention_days: 40000}", "audit.retention_days: 40000 "),
        ("{object_lock: governence}", "Did you mean governance?"),
        ("{guard_duty: true}", "Did you mean guardduty?"),
    ],
)
def test_what_aws_does_not_offer_is_refused(stacks, audit, mistake):
    assert mistake in said(environment(stacks, "dev", audit=audit))


def test_a_lock_on_what_a_destroy_must_take_is_refused(stacks):
    path = environment(stacks, "dev", durability="disposable", audit="{object_lock: governance}")
    assert said(path) == (
        "stacks/Pulumi.dev.yaml has 1 mistake\n\n"
        "  line 8  audit.object_lock: what is locked cannot be destroyed, and durability is "
        "disposable.\n"
        "          Leave object_lock out, or choose durability: keep or protected."
    )


@pytest.mark.parametrize("durability", ["keep", "protected"])
def test_a_lock_on_what_outlives_the_stack_is_taken(stacks, durability):
    path = environment(stacks, "dev", durability=durability, audit="{object_lock: governance}")
    assert load(path).platform.audit.object_lock == "governance"


@pytest.mark.parametrize(
    ("group", "setting"),
    [
        ("audit", "config_rules"),
        ("audit", "guardduty"),
        ("audit", "security_hub"),
        ("logs", "jobs"),
    ],
)
def test_what_an_account_has_once_is_turned_on_once(stacks, group, setting):
    on = {group: f"{{{setting}: true}}"}
    dev = environment(stacks, "dev", accounts=SHARED, **on)
    prod = environment(stacks, "prod", accounts=SHARED, **on)
    for path, other in ((dev, "prod"), (prod, "dev")):
        text = said(path)
        assert f"{group}.{setting}: stacks/Pulumi.{other}.yaml turns it on too" in text
        assert "once in eu-west-1" in text
        assert "Turn it on in one of them; it is for the whole account." in text


def test_two_environments_of_an_account_look_not_both_with_macie(stacks):
    environment(stacks, "dev", accounts=SHARED, audit="{macie: {}}")
    path = environment(stacks, "prod", accounts=SHARED, audit="{macie: {zones: [curated]}}")
    assert "an account has a session of Macie once in eu-west-1" in said(path)
    environment(stacks, "dev", accounts=OWN, audit="{macie: {}}")
    path = environment(stacks, "prod", accounts=OWN, audit="{macie: {}}")
    assert load(path).platform.audit.macie is not None


def test_environments_that_give_no_accounts_are_taken_to_share_one(stacks):
    environment(stacks, "dev", audit="{guardduty: true}")
    assert "say by accounts that each has its own" in said(
        environment(stacks, "prod", audit="{guardduty: true}")
    )


@pytest.mark.parametrize(
    ("of_dev", "region"),
    [
        ({"accounts": OWN, "audit": "{guardduty: true}"}, "eu-west-1"),
        ({"audit": "{guardduty: true}"}, "eu-west-1"),
        ({"accounts": SHARED, "audit": "{guardduty: true}"}, "eu-central-1"),
        ({"accounts": OWN, "audit": "{guardduty: false}"}, "eu-west-1"),
    ],
)
def test_another_account_region_or_setting_is_no_matter(stacks, of_dev, region):
    environment(stacks, "dev", region, **of_dev)
    accounts = of_dev.get("accounts", OWN)
    path = environment(stacks, "prod", accounts=accounts, audit="{guardduty: true}")
    assert load(path).environment == "prod"


def test_every_environment_may_have_a_trail_of_its_own(stacks):
    environment(stacks, "dev", audit="{data_events: true}")
    path = environment(stacks, "prod", audit="{data_events: true}")
    assert load(path).platform.audit.data_events


def test_an_archive_for_nothing_is_refused(found):
    assert found(audit={"log_archive": "central", "management_events": False}) == [
        "audit.log_archive: nothing is recorded that would go there."
    ]
    assert found(audit={"log_archive": "central"}) == []
    assert found(audit={"log_archive": "Central"}) != []


def test_macie_looks_at_zones_that_there_are_for_what_it_understands(found):
    def macie(**told):
        return found(audit={"macie": told}, lake={"zones": {"gold": {}}})

    record = {"regex": "MRN[0-9]{8}", "keywords": ["record"]}
    assert macie() == macie(zones=["raw", "gold"], identifiers={"record": record}) == []
    assert macie(zones=["rwa"]) == ["audit.macie.zones[1]: rwa is not a zone."]
    (said,) = macie(identifiers={"record": {"regex": "(?=a)b"}})
    assert "which Macie does not support" in said
    (said,) = macie(identifiers={"Record": record})
    assert "is not a name for an identifier" in said

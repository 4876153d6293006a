from ipaddress import IPv4Network
from pathlib import Path

import pytest

from infra.settings import SettingsError, from_config, load
from infra.settings.cross_stack_checks import free_range
from infra.settings.yamlfile import read


@pytest.fixture
def stacks(tmp_path: Path) -> Path:
    folder = tmp_path / "stacks"
    folder.mkdir()
    return folder


def environment(folder: Path, name: str, cidr: str, **more: str) -> Path:
    path = folder / f"Pulumi.{name}.yaml"
    settings = "".join(f"    {key}: {value}\n" for key, value in more.items())
    path.write_text(
        "config:\n  aws:region: eu-west-1\n  maslow:platform:\n    owner: ml@example.com\n"
        f"    network: {{cidr: {cidr}}}\n    source: {{github: example/platform}}\n{settings}"
    )
    return path


def said(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load(path)
    return str(caught.value)


def test_ranges_that_lie_apart_are_taken(stacks):
    environment(stacks, "dev", "10.10.0.0/16")
    assert load(environment(stacks, "prod", "10.20.0.0/16")).environment == "prod"


def test_the_models_of_the_environments_beside_are_known(stacks):
    environment(stacks, "dev", "10.10.0.0/16", models="[{name: readmission}, {name: [odd]}, 3]")
    environment(stacks, "qa", "10.20.0.0/16")
    environment(stacks, "local", "10.30.0.0/16", cloud="embedded", models="[{name: tumours}]")
    prod = environment(stacks, "prod", "10.40.0.0/16")
    assert load(prod).models_beside == {"dev": {"readmission"}, "qa": set()}
    embedded = environment(stacks, "prod", "10.40.0.0/16", cloud="embedded")
    assert load(embedded).models_beside == {}


def test_an_overlap_names_both_files_and_a_range_that_is_free(stacks):
    environment(stacks, "dev", "10.10.0.0/16")
    environment(stacks, "staging", "10.20.0.0/16")
    assert said(environment(stacks, "prod", "10.10.128.0/18")) == (
        "stacks/Pulumi.prod.yaml has 1 mistake\n\n"
        "  line 5  network.cidr: 10.10.128.0/18 overlaps 10.10.0.0/16 of stacks/Pulumi.dev.yaml.\n"
        "          Give each environment a range of its own: 10.21.0.0/18 is free."
    )


def test_every_overlap_is_told(stacks):
    environment(stacks, "dev", "10.10.0.0/17")
    environment(stacks, "staging", "10.10.128.0/17")
    assert "has 2 mistakes" in said(environment(stacks, "prod", "10.10.0.0/16"))


def test_the_engine_is_told_of_an_overlap_too(stacks):
    environment(stacks, "dev", "10.10.0.0/16")
    path = environment(stacks, "prod", "10.10.0.0/16")
    values = read(path).values["config"]["maslow:platform"]
    assert from_config(values, "eu-west-1", "prod").environment == "prod"
    with pytest.raises(SettingsError, match=r"overlaps 10\.10\.0\.0/16 of stacks/Pulumi\.dev"):
        from_config(values, "eu-west-1", "prod", path)


@pytest.mark.parametrize("embedded", ["dev", "prod"])
def test_an_environment_of_this_machine_meets_no_other(stacks, embedded):
    cloud = {"cloud": "embedded"}
    environment(stacks, "dev", "10.10.0.0/16", **(cloud if embedded == "dev" else {}))
    path = environment(stacks, "prod", "10.10.0.0/16", **(cloud if embedded == "prod" else {}))
    assert load(path).environment == "prod"


@pytest.mark.parametrize(
    "text",
    [
        "config: [",
        "[]",
        "",
        "config: {maslow:platform: x}",
        "config: {maslow:platform: {network: 1}}",
        "config: {maslow:platform: {network: {cidr: ten}}}",
    ],
)
def test_a_malformed_file_beside_it_is_passed_over(stacks, text):
    (stacks / "Pulumi.old.yaml").write_text(text)
    assert load(environment(stacks, "dev", "10.10.0.0/16")).environment == "dev"


def test_a_file_beside_it_that_cannot_be_read_is_passed_over(stacks):
    (stacks / "Pulumi.old.yaml").mkdir()
    assert load(environment(stacks, "dev", "10.10.0.0/16")).environment == "dev"


@pytest.mark.parametrize(
    ("prefix", "taken", "free"),
    [
        (16, [], "10.0.0.0/16"),
        (16, ["10.10.0.0/16"], "10.11.0.0/16"),
        (16, ["10.255.0.0/16"], "172.16.0.0/16"),
        (22, ["10.10.0.0/24"], "10.10.4.0/22"),
        (16, ["192.168.0.0/16"], "10.0.0.0/16"),
        (16, ["10.0.0.0/8", "172.16.0.0/16"], "172.18.0.0/16"),
    ],
)
def test_the_free_range_follows_what_is_taken(prefix, taken, free):
    assert free_range(prefix, list(map(IPv4Network, taken))) == IPv4Network(free)


def test_where_all_is_taken_there_is_no_free_range():
    everything = [IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
    assert free_range(16, everything) is None


@pytest.mark.parametrize(
    ("key", "mistake"),
    [
        ("arn:aws:kms:us-east-1:111111111111:key/a", "the region us-east-1, and dev of"),
        ("arn:aws:kms:eu-west-1:222222222222:key/a", "the account 222222222222, and dev of"),
    ],
)
def test_a_key_from_elsewhere_is_refused(stacks, key, mistake):
    path = environment(
        stacks,
        "dev",
        "10.10.0.0/16",
        accounts='{dev: "111111111111"}',
        keys=f"{{existing: {{data: {key}}}}}",
    )
    assert f"line 8  keys.existing.data: the key is of {mistake}" in said(path)


def test_a_key_of_its_own_account_and_region_is_taken(stacks):
    own = "arn:aws:kms:eu-west-1:111111111111:key/a"
    keys = f"{{existing: {{data: {own}}}}}"
    path = environment(stacks, "dev", "10.10.0.0/16", accounts='{dev: "111111111111"}', keys=keys)
    assert load(path).platform.keys.existing.data == own
    assert load(environment(stacks, "dev", "10.10.0.0/16", keys=keys)).environment == "dev"

import shutil
import textwrap
from pathlib import Path

import pytest

from infra.settings import SettingsError, from_config, load

TABULAR = Path(__file__).resolve().parents[3] / "templates" / "tabular"

SOUND = """\
config:
  aws:region: eu-west-1
  maslow:platform:
    owner: ml@example.com
    network: {cidr: 10.10.0.0/16}
    source: {github: example/platform}
    models:
      - name: readmission
        project: models/readmission
"""


@pytest.fixture
def stacks(tmp_path: Path) -> Path:
    shutil.copytree(TABULAR, tmp_path / "models" / "readmission")
    folder = tmp_path / "stacks"
    folder.mkdir()
    return folder


def said(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load(path)
    return str(caught.value)


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_sound_file_becomes_an_object(stacks):
    stack = load(written(stacks / "Pulumi.dev.yaml", SOUND))
    assert (stack.environment, stack.region) == ("dev", "eu-west-1")
    assert stack.platform.models[0].project == "models/readmission"
    assert stack.path == stacks / "Pulumi.dev.yaml"


def test_every_mistake_is_told_at_once_with_its_line_and_what_would_do(stacks):
    written(stacks / "Pulumi.dev.yaml", SOUND)
    text = textwrap.dedent("""\
        config:
          aws:region: eu-wst-1
          maslow:platform:
            durability: protect
            network: {cidr: 10.10.128.0/17, zone: 3}
            source: {github: example/platform}
            delivery: {pull_requests: yes}
            models:
              - name: stay
                project: models/readmision
                features: [visits]
                serving:
                  instance: ml.inf2.xlarg
                  scale: {min: 4, max: 2}
              - name: stay
                project: models/readmission
        """)
    assert said(written(stacks / "Pulumi.prod.yaml", text)) == textwrap.dedent("""\
        stacks/Pulumi.prod.yaml has 11 mistakes

          line  2  aws:region: "eu-wst-1" is not an AWS region with SageMaker.
                   Did you mean eu-west-1?
          line  3  owner: is missing.
                   Who answers for the environment; tags everything.
          line  4  durability: "protect" is not disposable, keep or protected.
                   Did you mean protected?
          line  5  network.zone: is not a setting here.
                   Did you mean zones?
                   Allowed here: cidr, egress, endpoints, filter, query_log, vpc, zones.
          line  5  network.cidr: 10.10.128.0/17 overlaps 10.10.0.0/16 of stacks/Pulumi.dev.yaml.
                   Give each environment a range of its own: 10.11.0.0/17 is free.
          line  7  delivery.pull_requests: "yes" is neither true nor false.
                   Write true.
          line 10  models[stay].project: models/readmision has no pipeline.json.
                   Did you mean models/readmission?
          line 11  models[stay].features[1]: there is no feature group "visits".
                   Known: none.
          line 13  models[stay].serving.instance: "ml.inf2.xlarg" is not an endpoint instance type.
                   Did you mean ml.inf2.xlarge? (maslow schema --values serving.instance lists them)
          line 14  models[stay].serving.scale.min: 4 is more than max, which is 2.
          line 15  models[stay].name: two models are called stay.
                   Give one of them another name.""")


def test_broken_yaml_is_one_message(stacks):
    path = written(stacks / "Pulumi.dev.yaml", "config:\n  aws:region: [eu\n")
    assert said(path) == (
        "stacks/Pulumi.dev.yaml has 1 mistake\n\n"
        "  line 2  the [ in column 15 is never closed.\n          Close it by ]."
    )


def test_a_missing_file_names_the_environments_there_are(stacks):
    written(stacks / "Pulumi.dev.yaml", SOUND)
    written(stacks / "Pulumi.prod.yaml", SOUND)
    assert said(stacks / "Pulumi.prd.yaml") == (
        "stacks/Pulumi.prd.yaml: there is no such file.\n"
        "  Did you mean prod? Environments here: dev, prod."
    )


def test_the_first_environment_of_all_can_be_missing_too(stacks):
    assert said(stacks / "Pulumi.dev.yaml") == (
        "stacks/Pulumi.dev.yaml: there is no such file, nor another environment beside it."
    )


def test_a_folder_is_no_stack_file(stacks):
    assert said(stacks).endswith("/stacks: the file cannot be read: Is a directory.")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "config:",
            "confg:",
            "line 1  confg: is not a key of a stack file.\n          Did you mean config?",
        ),
        ("  aws:region: eu-west-1\n", "", "line 1  aws:region: is missing."),
        ("eu-west-1", "cn-north-1", '"cn-north-1" is in AWS\'s partition aws-cn.'),
        (
            "owner: ml@example.com",
            "owner: ml@example.com\n    owner: ml@example.com",
            "line 5  owner: is here twice, first on line 4.",
        ),
    ],
)
def test_what_is_wrong_around_the_settings_is_told(stacks, old, new, words):
    assert words in said(written(stacks / "Pulumi.dev.yaml", SOUND.replace(old, new)))


HALF = "{} is not a setting here.\n          Did you mean {}? It is one key, with its colon."


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "maslow:platform",
            "maslow:plattform",
            (
                "line 3  maslow:plattform: is not a setting here.\n"
                "          Did you mean maslow:platform?"
            ),
        ),
        ("maslow:platform", "maslow", f"line 3  {HALF.format('maslow:', 'maslow:platform')}"),
        ("maslow:platform", "platform", f"line 3  {HALF.format('platform:', 'maslow:platform')}"),
        (
            "maslow:platform:\n",
            "maslow:\n   platform:\n",
            f"line 3  {HALF.format('maslow:', 'maslow:platform')}",
        ),
        ("aws:region", "region", f"line 2  {HALF.format('region:', 'aws:region')}"),
        (
            "aws:region: eu-west-1",
            "aws: {region: eu-west-1}",
            f"line 2  {HALF.format('aws:', 'aws:region')}",
        ),
        (
            "  maslow:platform",
            "maslow:platform",
            "line 3  maslow:platform: belongs below config.\n          Indent it by two spaces.",
        ),
    ],
)
def test_a_slip_in_the_keys_around_the_settings_is_one_mistake(stacks, old, new, message):
    path = written(stacks / "Pulumi.dev.yaml", SOUND.replace(old, new))
    assert message in said(path)
    assert "is missing" not in said(path)


def test_a_setting_beside_its_group_is_told_where_it_belongs_and_not_that_it_is_missing(stacks):
    moved = SOUND.replace("    owner: ml@example.com\n", "") + "  owner: ml@example.com\n"
    assert said(written(stacks / "Pulumi.dev.yaml", moved)) == (
        "stacks/Pulumi.dev.yaml has 1 mistake\n\n"
        "  line 9  owner: belongs below maslow:platform.\n"
        "          Indent it by two more spaces."
    )


def test_a_file_that_lacks_config_is_told_to_have_it(stacks):
    below = textwrap.dedent(SOUND.removeprefix("config:\n"))
    told = said(written(stacks / "Pulumi.dev.yaml", below))
    assert told == (
        "stacks/Pulumi.dev.yaml has 2 mistakes\n\n"
        "  line 1  aws:region: belongs below config.\n"
        "          Write config: above it. Indent it by two spaces.\n"
        "  line 2  maslow:platform: belongs below config.\n"
        "          Write config: above it. Indent it by two spaces."
    )
    alone = said(written(stacks / "Pulumi.dev.yaml", "owner: ml@example.com"))
    assert "line 1  owner: belongs below maslow:platform, which is below config." in alone


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "config: is missing.\n  It holds aws:region and maslow:platform."),
        ("[]", "config: is missing."),
        ("config:", "line 1  config: is missing."),
        (
            "config: {aws:region: eu-west-1, maslow:platform: }",
            "line 1  maslow:platform: has no value.\n          It needs owner, network and source.",
        ),
        (
            "config: {aws:region: eu-west-1, maslow:platform: owner ml@example.com}",
            (
                'line 1  maslow:platform: "owner ml@example.com" is not a group of settings.\n'
                "          Write owner: ml@example.com."
            ),
        ),
    ],
)
def test_a_file_without_settings_is_told_without_a_traceback(stacks, text, message):
    assert message in said(written(stacks / "Pulumi.dev.yaml", text))


def test_keys_that_pulumi_keeps_and_other_providers_are_left_alone(stacks):
    text = SOUND.replace("config:", "encryptionsalt: v1:abc\nconfig:\n  aws:profile: ops", 1)
    assert load(written(stacks / "Pulumi.dev.yaml", text)).environment == "dev"


@pytest.mark.parametrize("environment", ["Dev", "dev_1", "dev-x", "a" * 17, "1st"])
def test_an_environment_has_a_name_that_fits_into_names(stacks, environment):
    path = written(stacks / f"Pulumi.{environment}.yaml", SOUND)
    assert f'"{environment}" is not a name for an environment.' in said(path)


def test_networks_of_two_environments_may_not_overlap(stacks):
    written(stacks / "Pulumi.dev.yaml", SOUND)
    apart = SOUND.replace("10.10.0.0/16", "10.20.0.0/16")
    assert load(written(stacks / "Pulumi.prod.yaml", apart)).environment == "prod"
    within = SOUND.replace("10.10.0.0/16", "10.10.4.0/22")
    assert "10.10.4.0/22 overlaps 10.10.0.0/16 of stacks/Pulumi.dev.yaml" in said(
        written(stacks / "Pulumi.prod.yaml", within)
    )


def test_a_broken_file_beside_it_does_not_stop_a_sound_file(stacks):
    written(stacks / "Pulumi.prod.yaml", "config: [")
    (stacks / "Pulumi.old.yaml").write_bytes(b"\xff")
    assert load(written(stacks / "Pulumi.dev.yaml", SOUND)).environment == "dev"


def test_a_value_that_the_engine_has_read_differently_is_told_by_the_file(stacks):
    text = SOUND.replace("owner:", "tags: {review-by: 2026-12-31}\n    owner:")
    path = written(stacks / "Pulumi.dev.yaml", text)
    assert "line 4  tags.review-by: 2026-12-31 is a date to Pulumi's engine." in said(path)
    values = {
        "owner": "ml@example.com",
        "tags": {"review-by": "2026-12-31 00:00:00 +0000 UTC"},
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
    }
    with pytest.raises(SettingsError, match="is a date to Pulumi's engine"):
        from_config(values, "eu-west-1", "dev", path)


def test_a_scalar_that_is_read_differently_is_one_mistake(stacks):
    zone = "lake: {zones: {raw: {noncurrent_days: 030}}}\n    owner:"
    path = written(stacks / "Pulumi.dev.yaml", SOUND.replace("owner:", zone))
    assert said(path) == (
        "stacks/Pulumi.dev.yaml has 1 mistake\n\n"
        "  line 4  lake.zones.raw.noncurrent_days: 030 is the octal number 24 to Pulumi's engine.\n"
        '          Write 24 for the number, or "030" for text.'
    )


def test_a_tag_is_told_on_its_own_line(stacks):
    path = written(stacks / "Pulumi.dev.yaml", SOUND.replace("- name:", "- name: !!str"))
    assert "line 8  the tag !!str is not read here." in said(path)


def test_the_engines_configuration_is_checked_alike(stacks):
    path = written(stacks / "Pulumi.dev.yaml", SOUND.replace("ml@example.com", "me"))
    values = {
        "owner": "me",
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
    }
    with pytest.raises(SettingsError) as caught:
        from_config(values, "eu-west-1", "dev", path)
    assert str(caught.value) == (
        'stacks/Pulumi.dev.yaml has 1 mistake\n\n  line 4  owner: "me" is not an e-mail address.'
    )
    with pytest.raises(SettingsError) as caught:
        from_config(values, None, "dev")
    assert str(caught.value) == (
        "The configuration of dev has 2 mistakes\n\n"
        "  aws:region: is missing.\n  Example: eu-west-1.\n"
        '  owner: "me" is not an e-mail address.'
    )


def test_no_message_speaks_pydantics_language(stacks):
    odd = [None, True, 3, 1.5, "x", [], ["x"], {}, {"x": 1}, [None], [[]], [{}], 10**30]
    keys = ["owner", "durability", "network", "logs", "budget", "alerts", "source", "delivery"]
    for key in [*keys, "lake", "features", "models"]:
        for value in odd:
            try:
                from_config({key: value}, "eu-west-1", "dev")
            except SettingsError as error:
                text = str(error)
            for jargon in ("Input should", "validation", "pydantic", "is not a value that this"):
                assert jargon not in text, f"{key}: {value}"

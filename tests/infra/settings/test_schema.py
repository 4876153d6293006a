import json

import jsonschema
import pytest

from infra.settings import schema
from infra.settings.yamlfile import parse

SOUND = """\
config:
  aws:region: eu-west-1
  maslow:platform:
    owner: ml@example.com
    network: {cidr: 10.10.0.0/16}
    source: {github: example/platform}
    models:
      - name: readmission
        project: templates/tabular
        serving: {instance: ml.c6i.large, rollout: {canary: 10%}}
        monitor: {data: off}
encryptionsalt: v1:abc
"""


def test_the_committed_schema_is_in_step():
    assert schema.FILE.read_text() == schema.text(), "run: python -m infra.settings.schema"


def test_a_sound_stack_file_follows_the_schema():
    jsonschema.validate(parse(SOUND).values, schema.schema())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("eu-west-1", "eu-wst-1"),
        ("ml.c6i.large", "ml.c6i.larg"),
        ("ml.c6i.large", "ml.c8i.xlarge"),
        ("canary: 10%", "canary: 10"),
        ("data: off", "data: wekly"),
        ("owner:", "owners:"),
        ("github: example/platform", "github: a/b, gitlab: a/b"),
        ("maslow:platform", "maslow:platfrom"),
        ("        project: templates/tabular\n", ""),
        ("encryptionsalt", "salt"),
    ],
)
def test_an_editor_marks_what_the_program_refuses(old, new):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(parse(SOUND.replace(old, new)).values, schema.schema())


def test_every_setting_is_described():
    platform = schema.platform_schema()
    groups = {("",): platform} | {(name,): node for name, node in platform["$defs"].items()}
    silent = [
        (*group, key)
        for group, node in groups.items()
        for key, child in node["properties"].items()
        if not (child.get("description") or schema.resolved(child).get("description"))
    ]
    assert silent == []


def test_defaults_are_shown_as_a_stack_file_has_them():
    rollout = schema.platform_schema()["$defs"]["Rollout"]["properties"]
    assert rollout["canary"]["default"] == "10%"
    delivery = schema.platform_schema()["$defs"]["Delivery"]["properties"]
    assert delivery["trigger"]["default"] == {"branch": "main"}


def test_values_are_listed_by_the_end_of_a_path():
    assert "ml.inf2.xlarge" in schema.values("serving.instance")
    assert schema.values("models.serving.instance") == schema.values("serving.instance")
    assert schema.values("egress") == ["none", "single", "per-zone"]
    assert schema.values("features.features") == ["string", "integral", "fractional"]
    assert schema.values("delivery.pull_requests") == ["true", "false"]
    assert "eu-west-1" in schema.values("aws:region")
    assert "90" in schema.values("logs.retention_days")
    assert schema.values("retrain.on") == ["drift", "quality", "new-data"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("servng.instance", "There is no setting servng.instance. Did you mean serving.instance?"),
        ("instance", "instance can be models.training.instance or models.processing.instance"),
        ("scale.min", "models.serving.scale.min has no list of values. Fewest instances."),
    ],
)
def test_a_path_without_values_says_what_to_do(path, words):
    with pytest.raises(LookupError) as caught:
        schema.values(path)
    assert words in caught.value.args[0]


def test_the_schema_is_json():
    assert json.loads(schema.text())["title"] == "A maslow environment"

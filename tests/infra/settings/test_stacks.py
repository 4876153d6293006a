import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from sklearn.datasets import load_breast_cancer

from infra.settings import load, schema
from infra.settings.root import PlatformSettings
from infra.settings.yamlfile import read

STACKS = Path(__file__).parents[3] / "stacks"
FILES = sorted(STACKS.glob("Pulumi.*.yaml"))


def test_there_are_four_environments():
    assert [file.name for file in FILES] == [
        f"Pulumi.{environment}.yaml" for environment in ("dev", "local", "prod", "staging")
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_committed_stack_file_is_sound(file):
    settings = load(file).platform
    jsonschema.validate(read(file).values, schema.schema())
    assert PlatformSettings.model_validate_json(settings.model_dump_json()) == settings


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_committed_stack_file_tells_the_editor_its_schema(file):
    first = file.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../infra/settings/schema.json"
    assert (STACKS / first.split("=", 1)[1]).resolve() == schema.FILE


def test_dev_is_as_short_as_promised():
    assert len((STACKS / "Pulumi.dev.yaml").read_text().splitlines()) < 40


def test_a_destroy_may_take_the_data_of_local_alone():
    durability = {file.name: load(file).platform.durability for file in FILES}
    assert durability == {
        "Pulumi.dev.yaml": "keep",
        "Pulumi.local.yaml": "disposable",
        "Pulumi.prod.yaml": "protected",
        "Pulumi.staging.yaml": "protected",
    }


def test_the_local_features_are_the_columns_of_the_sample_data():
    (group,) = load(STACKS / "Pulumi.local.yaml").platform.features
    columns = [name.replace(" ", "_") for name in load_breast_cancer().feature_names]
    assert list(group.features) == ["sample_id", "measured_at", *columns]


def test_reading_settings_imports_neither_pulumi_nor_botocore():
    program = (
        "import sys, infra.settings as s, pathlib\n"
        f"s.load(pathlib.Path({str(STACKS / 'Pulumi.prod.yaml')!r}))\n"
        "sys.exit(any(name in sys.modules for name in "
        "('pulumi', 'botocore', 'ruamel', 'infra.settings.schema')))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=STACKS.parent, check=False)
    assert done.returncode == 0

import subprocess
import sys
from pathlib import Path

import jsonschema
from sklearn.datasets import load_breast_cancer

from infra.settings import schema
from infra.settings.root import PlatformSettings
from infra.settings.yamlfile import read

ROOT = Path(__file__).parents[3]


def test_a_stack_file_is_sound_by_its_schema_too(project, committed):
    stack = project.stack(committed)
    jsonschema.validate(read(stack.path).values, schema.schema())
    settings = stack.platform
    assert PlatformSettings.model_validate_json(settings.model_dump_json()) == settings


def test_an_environment_with_models_takes_less_than_forty_lines(project):
    stack = project.stack("dev")
    assert len(stack.platform.models) == 2
    assert len(stack.path.read_text().splitlines()) < 40


def test_a_destroy_may_take_the_data_of_local_alone(project):
    environments = ("dev", "local", "prod", "staging")
    durability = {name: project.stack(name).platform.durability for name in environments}
    assert durability == {
        "dev": "keep",
        "local": "disposable",
        "prod": "protected",
        "staging": "protected",
    }


def test_the_local_features_are_the_columns_of_the_sample_data(project):
    (group,) = project.stack("local").platform.features
    columns = [name.replace(" ", "_") for name in load_breast_cancer().feature_names]
    assert list(group.features) == ["sample_id", "measured_at", *columns]


def test_reading_settings_imports_neither_pulumi_nor_botocore(project):
    program = (
        "import sys, infra.settings as s, pathlib\n"
        f"s.load(pathlib.Path({str(project.stack('prod').path)!r}))\n"
        "sys.exit(any(name in sys.modules for name in "
        "('pulumi', 'botocore', 'ruamel', 'infra.settings.schema')))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == 0

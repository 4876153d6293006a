"""The environment of the demonstration, whatever the project's own stack files say."""

from dataclasses import replace
from pathlib import Path

from infra.settings import StackFile, from_config
from infra.settings.filekeys import PLATFORM, REGION
from infra.settings.mlops.model import ModelSettings
from infra.settings.yamlfile import read

ENVIRONMENT = "demo"
FILE = Path(__file__).with_name("stack.yaml")


def stack() -> StackFile:
    """Its settings, which have one model. Raises SettingsError where the file has a mistake."""
    config = read(FILE).values["config"]
    return replace(from_config(config[PLATFORM], config[REGION], ENVIRONMENT), path=FILE)


def model(of: StackFile) -> ModelSettings:
    """Its one model."""
    (found,) = of.platform.models
    return found

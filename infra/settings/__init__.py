"""Settings: a stack file as a frozen, checked object."""

from infra.settings.mistakes import Mistake, SettingsError
from infra.settings.root import PlatformSettings
from infra.settings.stackfile import StackFile, from_config, load

__all__ = ["Mistake", "PlatformSettings", "SettingsError", "StackFile", "from_config", "load"]

"""What stands around the settings of a stack file: `config`, and its keys."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra.settings.aws import region_mistake
from infra.settings.filekeys import ENGINE_KEYS, PLATFORM, REGION, SECRETS
from infra.settings.mistakes import MISSING, Mistake, nearest, shown
from infra.settings.root import PlatformSettings
from infra.settings.yamlslips import colon_hint

SURE = 0.8
"""How alike two keys are that surely mean the same: `aws:profile` is none of ours."""
PARTS = {"maslow": PLATFORM, "platform": PLATFORM, "aws": REGION, "region": REGION}
"""Half of a key, which people write alone or as a group around the other half."""


def check_frame(values: Any) -> Iterator[Mistake]:
    """Yield what is wrong around `maslow:platform`, from the plain values of a whole file."""
    top = values if isinstance(values, Mapping) else {}
    config = top.get("config")
    elsewhere: set[str] = set()
    for key in top:
        if key == "config" or key in ENGINE_KEYS:
            continue
        meant = _meant(key)
        elsewhere |= {meant} if meant else set()
        yield Mistake((key,), *_beside_config(key, meant, has_config=config is not None))
    if not isinstance(config, Mapping):
        if not elsewhere:
            yield Mistake(("config",), MISSING, f"It holds {REGION} and {PLATFORM}.")
        return
    yield from _keys(config, elsewhere)
    yield from _values(config, elsewhere)


def _beside_config(key: str, meant: str, *, has_config: bool) -> tuple[str, str]:
    if meant == "config":
        return "is not a key of a stack file.", "Did you mean config?"
    if meant == key:
        above = "" if has_config else "Write config: above it. "
        return "belongs below config.", f"{above}Indent it by two spaces."
    if meant:
        return "is not a key of a stack file.", f"Did you mean {meant}, below config?"
    if key in PlatformSettings.model_fields:
        return f"belongs below {PLATFORM}, which is below config.", ""
    return "is not a key of a stack file.", ""


def _keys(config: Mapping[str, Any], elsewhere: set[str]) -> Iterator[Mistake]:
    for key, value in config.items():
        at = ("config", key)
        if key in SECRETS:
            if not isinstance(value, Mapping) or "secure" not in value:
                set_it = f"Have Pulumi encrypt it: pulumi config set --secret {key}"
                yield Mistake(at, "is a secret in plain text.", set_it)
        elif key in PlatformSettings.model_fields:
            yield Mistake(at, f"belongs below {PLATFORM}.", "Indent it by two more spaces.")
        elif key not in {REGION, PLATFORM} and _is_ours(key, config):
            meant = _meant(key)
            elsewhere.add(meant)
            whole = "" if key not in PARTS else " It is one key, with its colon."
            hint = f"Did you mean {meant}?{whole}" if meant else ""
            yield Mistake(at, "is not a setting here.", hint)


def _is_ours(key: str, config: Mapping[str, Any]) -> bool:
    """Whether a key of `config` is no other provider's: of our name, of none, or nearly one."""
    if ":" not in key or key.startswith("maslow:"):
        return True
    return _meant(key) in {REGION, PLATFORM} - config.keys()


def _meant(key: str) -> str:
    """The key that this one is, or is a slip of; "" for any other."""
    if near := nearest(key, ["config", REGION, PLATFORM, *SECRETS], SURE):
        return near
    return PARTS.get(key, PLATFORM if key.startswith("maslow:") else "")


def _values(config: Mapping[str, Any], elsewhere: set[str]) -> Iterator[Mistake]:
    if REGION in config:
        if wrong := region_mistake(config[REGION]):
            yield Mistake(("config", REGION), *wrong)
    elif REGION not in elsewhere:
        yield Mistake(("config", REGION), MISSING, "Example: eu-west-1.")
    platform = config.get(PLATFORM)
    if platform is None and not (PLATFORM in elsewhere and PLATFORM not in config):
        needed = [key for key, each in PlatformSettings.model_fields.items() if each.is_required()]
        found = "has no value." if PLATFORM in config else MISSING
        yield Mistake(("config", PLATFORM), found, f"It needs {_listed(needed)}.")
    elif platform is not None and not isinstance(platform, Mapping):
        hint = colon_hint(str(platform), PlatformSettings.model_fields.__contains__)
        yield Mistake(("config", PLATFORM), f"{shown(platform)} is not a group of settings.", hint)


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"

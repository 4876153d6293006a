"""Reading a stack file: one frozen object, or every mistake in it at once."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from infra.naming import HEAD_LIMIT
from infra.settings.column_monitors import check_column_monitors
from infra.settings.cross_stack import StackValues, mapping
from infra.settings.cross_stack_checks import (
    beside,
    check_cross_stack,
    environment_of,
    other_stacks,
    shown_path,
)
from infra.settings.custom import check_custom
from infra.settings.data.jobs import check_scripts
from infra.settings.data.queries import check_queries
from infra.settings.filekeys import PLATFORM, REGION
from infra.settings.frame_checks import check_frame
from infra.settings.group_checks import check_groups
from infra.settings.mistakes import MISSING, Mistake, SettingsError, did_you_mean, shown
from infra.settings.mistakes import Path as SettingPath
from infra.settings.projects import (
    check_asked,
    check_channels,
    check_project,
    check_serving,
    check_trained_in_pods,
)
from infra.settings.root import PlatformSettings
from infra.settings.studio_checks import check_setup
from infra.settings.tuning_checks import check_tuning
from infra.settings.yamlfile import Document, read
from infra.settings.yamlwords import with_words

PLATFORM_PATH: SettingPath = ("config", PLATFORM)
REGION_PATH: SettingPath = ("config", REGION)
ENVIRONMENT_LIMIT = 16


@dataclass(frozen=True)
class StackFile:
    """One environment, read and checked."""

    environment: str
    """The stack's name: `dev` of Pulumi.dev.yaml."""
    region: str
    platform: PlatformSettings
    path: Path | None
    """The file; None where the values did not come from one."""
    models_beside: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Names of the models of each environment whose file is beside this one."""

    @property
    def account(self) -> str | None:
        """The account that the file gives its environment, if it gives one."""
        return self.platform.accounts.get(self.environment)


def load(path: Path, project: str = "") -> StackFile:
    """Read stacks/Pulumi.<environment>.yaml.

    The model projects are looked for below the parent of the file's folder, and the settings are
    compared with those of the stack files beside it. `project` is the Pulumi project's name, which
    must fit together with the environment's. Raises SettingsError with every mistake.
    """
    try:
        document = read(path)
    except FileNotFoundError:
        raise SettingsError(shown_path(path), [_no_such_file(path)]) from None
    except OSError as error:
        unreadable = Mistake((), f"the file cannot be read: {error.strerror}.")
        raise SettingsError(shown_path(path), [unreadable]) from None
    if document.values is None and document.mistakes:
        raise SettingsError(shown_path(path), list(_placed(document.mistakes, document)))
    return _checked(document, environment_of(path), path, project)


def from_config(
    values: Mapping[str, Any],
    region: str | None,
    environment: str,
    source: Path | None = None,
    project: str = "",
) -> StackFile:
    """Check what the Pulumi engine hands over as `maslow:platform` and `aws:region`.

    With `source`, its stack file, mistakes have their lines and the checks of `load` against the
    disk apply. `project` is as in `load`. Raises SettingsError with every mistake.
    """
    given = {PLATFORM: values} | ({} if region is None else {REGION: region})
    document = Document({"config": given})
    if source is not None and source.is_file():
        written = read(source)
        document.lines, document.mistakes = written.lines, written.mistakes
    return _checked(document, environment, source, project)


def _checked(document: Document, environment: str, path: Path | None, project: str) -> StackFile:
    found = [
        *document.mistakes,
        *_environment_mistakes(environment, project),
        *check_frame(document.values),
    ]
    config = mapping(mapping(document.values).get("config"))
    elsewhere = mapping(document.values).keys() | config.keys()
    values = with_words(config.get(PLATFORM))
    platform = None
    others: list[StackValues] = []
    if isinstance(values, Mapping):
        below: list[Mistake] = []
        try:
            platform = PlatformSettings.model_validate_json(json.dumps(values))
        except ValidationError as error:
            from infra.settings import validation_messages  # builds the schema: for mistakes only

            below = [
                mistake
                for mistake in validation_messages.mistakes(error)
                if mistake.message != MISSING or elsewhere.isdisjoint(mistake.path[:1])
            ]
        below += check_groups(values, environment)
        if path is not None:
            own = StackValues(shown_path(path), environment, config.get(REGION), values)
            others = other_stacks(own, path)
            below += [
                *_project_mistakes(values, path.resolve().parent.parent),
                *check_scripts(values, path.resolve().parent.parent),
                *check_setup(values, path.resolve().parent.parent),
                *check_queries(values, path.resolve().parent.parent),
                *check_custom(values, path.resolve().parent.parent),
                *check_cross_stack(own, others),
            ]
        placed = (replace(mistake, path=(*PLATFORM_PATH, *mistake.path)) for mistake in below)
        unread = {mistake.path for mistake in document.mistakes}
        found += [mistake for mistake in placed if mistake.path not in unread]
    if found or platform is None:
        source = shown_path(path) if path else f"The configuration of {environment}"
        raise SettingsError(source, list(_placed(dict.fromkeys(found), document)))
    models = {other.environment: _model_names(other.values) for other in others}
    return StackFile(environment, config[REGION], platform, path, models)


def _environment_mistakes(environment: str, project: str) -> Iterator[Mistake]:
    """The environment's name is part of other names, after the project's.

    Bucket names have neither capitals nor dots. A hyphen would let `dev-x` with a model `y` and
    `dev` with a model `x-y` meet in one account.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*", environment) or len(environment) > ENVIRONMENT_LIMIT:
        yield Mistake(
            (),
            f"{shown(environment)} is not a name for an environment.",
            f"Small letters and digits, a letter first, at most {ENVIRONMENT_LIMIT} characters.",
        )
    elif project and len(project) + len(environment) > HEAD_LIMIT:
        yield Mistake(
            (),
            f"the project {project} and the environment {environment} have names of "
            f"{len(project)} and {len(environment)} characters, and {HEAD_LIMIT} together is the "
            "most: all that they are made of is called after both.",
            f"Call the environment something of at most {HEAD_LIMIT - len(project)} characters, "
            "or shorten name in Pulumi.yaml.",
        )


def _project_mistakes(values: Mapping[str, Any], root: Path) -> Iterator[Mistake]:
    judged = cache(check_project)  # many models may share a project
    for index, model in _models(values):
        project = model.get("project")
        if not isinstance(project, str) or ".." in Path(project).parts:
            continue
        if wrong := judged(project, root):
            yield Mistake(("models", index, "project"), *wrong)
            continue
        for mistake in [
            *check_asked(model, root),
            *check_channels(model, root),
            *check_serving(model, root),
            *check_column_monitors(model, root),
            *check_tuning(model, root),
            *check_trained_in_pods(model, root),
        ]:
            yield replace(mistake, path=("models", index, *mistake.path))


def refused(stack: StackFile, mistakes: Iterable[Mistake]) -> SettingsError:
    """The error of mistakes that only the program's graph shows; with lines, if there is a file."""
    placed = (
        mistake
        if mistake.path == REGION_PATH
        else replace(mistake, path=(*PLATFORM_PATH, *mistake.path))
        for mistake in mistakes
    )
    if stack.path is None or not stack.path.is_file():
        values = {"config": {PLATFORM: stack.platform.model_dump(mode="json", by_alias=True)}}
        source = f"The configuration of {stack.environment}"
        return SettingsError(source, list(_placed(placed, Document(values))))
    return SettingsError(shown_path(stack.path), list(_placed(placed, read(stack.path))))


def _placed(found: Iterable[Mistake], document: Document) -> Iterator[Mistake]:
    """The mistakes with lines, and with paths as people write them."""
    for mistake in found:
        line = mistake.line or (document.line(mistake.path) if document.lines else None)
        yield replace(mistake, line=line, setting=_setting(mistake.path, document.values))


def _setting(path: SettingPath, values: Any) -> str:
    """`models[readmission].serving.instance`: list items by name where they have one."""
    text = ""
    for depth, step in enumerate(path):
        values = _below(values, step)
        if isinstance(step, int):
            name = mapping(values).get("name")
            text += f"[{name if isinstance(name, str) else step + 1}]"
        elif path[:depth] in ((), ("config",), PLATFORM_PATH):
            text = step
        else:
            text += f".{step}"
    return text


def _model_names(values: Mapping[str, Any]) -> frozenset[str]:
    names = (model.get("name") for _, model in _models(values))
    return frozenset(name for name in names if isinstance(name, str))


def _below(values: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return values[step] if isinstance(values, list) and step < len(values) else None
    return mapping(values).get(step)


def _models(values: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    models = values.get("models")
    for index, model in enumerate(models if isinstance(models, list) else []):
        yield index, mapping(model)


def _no_such_file(path: Path) -> Mistake:
    environments = [environment_of(other) for other in beside(path)]
    if not environments:
        return Mistake((), "there is no such file, nor another environment beside it.")
    guess = did_you_mean(environment_of(path), environments)
    known = f"Environments here: {', '.join(environments)}."
    return Mistake((), "there is no such file.", f"{guess} {known}" if guess else known)

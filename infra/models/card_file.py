"""What a project says of its model, in `card.yaml` beside its pipeline."""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from infra.errors import InputError
from infra.models import card_form as form

FILE = "card.yaml"


class About(BaseModel):
    """What a project's card.yaml says."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    purpose: form.Passage | None = None
    """What the model is for."""
    intended_uses: form.Passage | None = None
    """Who uses it, and what for; what it is not for."""
    factors: form.Passage | None = None
    """What its quality depends on."""
    risk: Literal["high", "medium", "low", "unknown"] = "unknown"
    risk_because: form.Passage | None = None
    ethics: form.Passage | None = None
    """What of it people may be hurt by."""
    caveats: form.Passage | None = None
    """What to keep in mind, and what is recommended."""


def about(project: Path) -> About:
    """What the project in a folder says of its model; nothing where it has no card.yaml.

    Raises InputError for a file that is no such thing.
    """
    path = project / FILE
    if not path.is_file():
        return About()
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        return About.model_validate({} if read is None else read)
    except yaml.YAMLError as error:
        raise InputError(f"{path}: {error}") from error
    except ValidationError as error:
        wrong = error.errors()[0]
        at = ".".join(map(str, wrong["loc"])) or FILE
        known = ", ".join(About.model_fields)
        raise InputError(f"{path}: {at}: {wrong['msg']}. It has {known}.") from error


def said(project: Path) -> dict[str, str]:
    """The same as plain values, without what it leaves out. Raises InputError as `about` does."""
    found: dict[str, str] = about(project).model_dump(exclude_none=True)
    return found

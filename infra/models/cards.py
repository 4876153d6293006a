"""The model card of a version: made of what is known of it, and kept with it.

A version gets its card as it is registered, from `components/platform/version_cards`; a person has
it made anew when more is known.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from components.platform.version_cards.runtime.card import card_of
from infra.errors import InputError
from infra.models import card_form as form
from infra.models.card_file import said
from infra.models.place import Place, model_of
from infra.models.registry import Version, chosen, described, document, versions

DRAFT = "Draft"


def card(place: Place, model: str, number: int | None, root: Path) -> tuple[Version, Any]:
    """A version and its card; of the approved one, or else the newest, unless one is named.

    `root` is what projects are found from. Raises InputError for a version that is not there and
    for what AWS's schema does not take, and botocore's errors.
    """
    version = chosen(model, versions(place, model), number)
    content = card_of(
        described(place, version),
        partial(document, place),
        said(root / model_of(place.stack, model).project),
        place.stack.platform.owner,
    )
    try:
        form.Card.model_validate(content)
    except ValidationError as error:
        wrong = error.errors()[0]
        at = ".".join(map(str, wrong["loc"]))
        raise InputError(
            f"The card of {model} is none that AWS takes: {at}: {wrong['msg']}."
        ) from error
    return version, content


def keep(place: Place, arn: str, content: Any) -> None:
    """Keep a card with a version, as a draft that people go on with.

    Raises InputError for one that is longer than AWS takes, and botocore's errors.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html
    """
    text = json.dumps(content)
    if len(text) > form.MOST_CHARACTERS:
        raise InputError(
            f"The card has {len(text):,} characters, and AWS takes {form.MOST_CHARACTERS:,}."
        )
    place.client("sagemaker").update_model_package(
        ModelPackageArn=arn, ModelCard={"ModelCardContent": text, "ModelCardStatus": DRAFT}
    )

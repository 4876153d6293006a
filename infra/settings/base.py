"""What all settings models share: strict, frozen, closed, and a few kinds of value."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from infra.settings.mistakes import refusal, shown


class Settings(BaseModel):
    """A group of settings. Unknown keys and values of a neighbouring type are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, serialize_by_alias=True
    )


@dataclass(frozen=True)
class Percent:
    """Reads `10%` as 10, between two bounds; with `off`, the word off as 0."""

    low: int
    high: int
    off: bool = False

    def __call__(self, value: object) -> int:
        """The whole number before the percent sign."""
        allowed = f"Allowed: {self.low}% to {self.high}%{', or off' if self.off else ''}."
        if self.off and value == "off":
            return 0
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,3}%", value):
            bare = re.fullmatch(r"([0-9]{1,3}) ?%?", str(value))
            fits = bare and self.low <= int(bare[1]) <= self.high
            hint = f"Write {bare[1]}%." if bare and fits else allowed
            raise refusal(f"{shown(value)} is not a percentage.", hint)
        percent = int(value[:-1])
        if not self.low <= percent <= self.high:
            raise refusal(f"{value} is out of bounds.", allowed)
        return percent

    def text(self, percent: int) -> str:
        """The percentage as a stack file has it."""
        return f"{percent}%" if percent or not self.off else "off"

    def json_schema(self) -> dict[str, object]:
        """The form for editors; its bounds are in the description."""
        return {"type": "string", "pattern": "^[0-9]{1,3}%$" + ("|^off$" if self.off else "")}


def matching(
    pattern: str, message: str, hint: str = "", flags: re.RegexFlag = re.ASCII
) -> Callable[[str], str]:
    """A validator that refuses text of which not all matches a regular expression.

    The refusal reads `"<value>" <message>.` with the hint below.
    """

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value, flags):
            raise refusal(f"{shown(value)} {message}.", hint)
        return value

    return check


email_address = matching(
    r"[\w.+-]+@[\w-]+(\.[\w-]+)+",
    "is not an e-mail address",
)
"""Refuses what cannot be an e-mail address or, as an owner tag, an AWS tag value.

https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
"""


bucket_name = matching(
    r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    "is no name of a bucket",
    "It has 3 to 63 small letters, digits, dots and hyphens.",
)
"""Refuses what S3 takes for no bucket's name.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""


def arn_of(service: str, resource: str) -> AfterValidator:
    """Refuses what is no ARN of a service, whose resource matches a pattern."""
    pattern = rf"arn:aws[\w-]*:{service}:[a-z0-9-]+:[0-9]{{12}}:{resource}"
    return AfterValidator(matching(pattern, "is not an ARN of the kind that is needed here"))


EmailAddress = Annotated[str, AfterValidator(email_address)]
KeyArn = Annotated[str, arn_of("kms", "key/[A-Za-z0-9-]+")]
BucketName = Annotated[str, AfterValidator(bucket_name)]
PositiveInt = Annotated[int, Field(ge=1)]


EXACTLY_ONE = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})


Persona = Literal[
    "platform-engineer",
    "data-engineer",
    "data-scientist",
    "ml-engineer",
    "reviewer",
    "auditor",
    "break-glass",
]
"""Who works with the platform; each is a role in AWS."""


def only_one(settings: Settings, of: Iterable[str] | None = None) -> None:
    """Refuse a group in which not exactly one of the keys, or of those in `of`, has a value."""
    keys = list(of or type(settings).model_fields)
    given = [key for key in keys if getattr(settings, key) is not None]
    if len(given) != 1:
        found = "nothing is given" if not given else f"{' and '.join(given)} are both given"
        raise refusal(f"{found}, and exactly one is needed.", f"Choose one of {', '.join(keys)}.")

"""Who may sign in to the environment, and as what."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, Self, get_args

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from infra.settings.base import Persona, Settings, matching
from infra.settings.mistakes import Mistake, did_you_mean, refusal, refusals, shown

INSTANCE = r"arn:aws:sso:::instance/(sso)?ins-[0-9A-Za-z.-]{16}"
SAML_PROVIDER = r"arn:aws:iam::\d{12}:saml-provider/[\w+=,.@-]{1,128}"
CHAINED_HOURS = 1
"""How long a session lasts that a role's session was exchanged for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
"""


class Entry(NamedTuple):
    """A way to name who is let in."""

    pattern: str
    """What its whole text matches."""
    noun: str
    """What it is, in a mistake."""
    hint: str
    """What it looks like, as a whole sentence."""


PRINCIPAL = Entry(
    r"arn:aws:iam::\d{12}:(root|(user|role)/[\w+=,.@/-]{1,576})",
    "the ARN of a role, a user or an account",
    "They read arn:aws:iam::<account>:role/<name>, …:user/<name> and …:root.",
)
PERMISSION_SET = Entry(
    r"[\w+=,.@-]{1,32}",
    "the name of a permission set",
    "They have up to 32 letters, digits and + = , . @ _ -",
)
AFFILIATION = Entry(r"[^*?]{1,256}", "an affiliation", "It has up to 256 characters, no * and no ?")


instance_arn = matching(
    INSTANCE,
    "is not the ARN of an instance of IAM Identity Center",
    "It reads arn:aws:sso:::instance/ssoins-… (aws sso-admin list-instances tells it).",
)
"""Refuses what is no instance of IAM Identity Center.

https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_InstanceMetadata.html
"""


provider_arn = matching(
    SAML_PROVIDER,
    "is not the ARN of a SAML provider",
    "It reads arn:aws:iam::<account>:saml-provider/<name>.",
)
"""Refuses what is no SAML provider of IAM."""


def persona(value: str) -> str:
    """Refuse what is none of the platform's personas."""
    known = get_args(Persona)
    if value not in known:
        raise refusal(
            f"{shown(value)} is not a persona.",
            did_you_mean(value, known) or f"Known: {', '.join(known)}.",
        )
    return value


PersonaName = Annotated[
    str, AfterValidator(persona), WithJsonSchema({"enum": list(get_args(Persona))})
]


class Access(Settings):
    """Who may sign in to the environment, and as what."""

    identity_center: Annotated[str, AfterValidator(instance_arn)] | None = Field(
        None,
        description="ARN of the instance of IAM Identity Center whose permission sets the "
        "personas name. Each is to be assigned in the environment's account to the group that it "
        "is for, and to allow sts:AssumeRole.",
    )
    saml: Annotated[str, AfterValidator(provider_arn)] | None = Field(
        None,
        description="ARN of IAM's SAML provider whose people the personas name, by a value of "
        "their attribute eduPersonAffiliation.",
    )
    personas: dict[PersonaName, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(
        {},
        description="Who is let in as which persona: permission sets of identity_center, "
        "affiliations of saml, or ARNs of roles, users and accounts (…:root). "
        "A persona that is not here gets no role. Who comes as break-glass changes how data is "
        "kept, which no deployment may, and where keys.administrators is platform-engineers may "
        "bring the environment up first.",
    )
    session_hours: int = Field(
        CHAINED_HOURS,
        ge=1,
        le=12,
        description="How long one stays signed in. AWS ends after one hour what comes by a "
        "permission set or another role.",
    )

    @model_validator(mode="after")
    def _everyone_can_come(self) -> Self:
        if self.identity_center and self.saml:
            raise refusal(
                "identity_center and saml are both given, and a name could be of either.",
                "Choose one of them.",
            )
        if mistakes := list(self._strangers()):
            raise refusals(mistakes)
        entries = [entry for listed in self.personas.values() for entry in listed]
        if self.session_hours > CHAINED_HOURS and entries and all(map(self._chained, entries)):
            raise refusals(
                [
                    Mistake(
                        ("session_hours",),
                        f"nobody here can stay for {self.session_hours} hours: AWS ends after one "
                        "what comes by a permission set or another role.",
                        "Leave it out, or let people come by saml or as users.",
                    )
                ]
            )
        return self

    def _strangers(self) -> Iterator[Mistake]:
        for persona, entries in self.personas.items():
            for place, entry in enumerate(entries):
                if wrong := self._unknown(entry):
                    yield Mistake(("personas", persona, place), *wrong)

    def _unknown(self, entry: str) -> tuple[str, str] | None:
        """What is wrong with who is let in, and a hint; None for one who can be known."""
        if entry.startswith("arn:"):
            kind = PRINCIPAL
        elif self.identity_center:
            kind = PERMISSION_SET
        elif self.saml:
            kind = AFFILIATION
        else:
            return (
                f"nobody knows who {shown(entry)} is.",
                "Say by identity_center or saml where the name is from, or give an ARN.",
            )
        if re.fullmatch(kind.pattern, entry, re.ASCII):
            return None
        return f"{shown(entry)} is not {kind.noun}.", kind.hint

    def _chained(self, entry: str) -> bool:
        by_arn = entry.startswith("arn:")
        return ":role/" in entry if by_arn else self.identity_center is not None


def check_approvers(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield approvers of deliveries as whom nobody can sign in.

    Without any persona, people sign in by
    other means than maslow's, and approve by those.
    """
    access, delivery = values.get("access"), values.get("delivery")
    personas = access.get("personas") if isinstance(access, Mapping) else None
    approvers = delivery.get("approvers") if isinstance(delivery, Mapping) else None
    if not isinstance(personas, Mapping) or not personas or not isinstance(approvers, list | tuple):
        return
    for place, approver in enumerate(approvers):
        if approver not in personas:
            yield Mistake(
                ("delivery", "approvers", place),
                f"nobody can sign in as {approver}.",
                f"Name it under access.personas, where there is {', '.join(personas)}.",
            )


def check_key_administrators(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield a mistake if only platform engineers may manage the keys, and there are none."""
    access, keys = values.get("access"), values.get("keys")
    chosen = keys.get("administrators") if isinstance(keys, Mapping) else None
    personas = access.get("personas") if isinstance(access, Mapping) else None
    known = personas if isinstance(personas, Mapping) else {}
    if chosen == "platform-engineers" and "platform-engineer" not in known:
        yield Mistake(
            ("keys", "administrators"),
            "there are no platform engineers.",
            "Name them under access.personas.platform-engineer.",
        )

"""Add-ons of the cluster: which are on, what they are told, and the databases that some need."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from catalog.add_ons import add_ons, left_out
from infra.settings.base import Settings, matching
from infra.settings.cross_stack import mapping
from infra.settings.foundation.network import distinct
from infra.settings.mistakes import Mistake, Path, did_you_mean, refusal, shown

host_name = matching(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+",
    "is not the name of a host",
    "Example: runs.abc123.eu-west-1.rds.amazonaws.com.",
)
secret_arn = matching(
    r"arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+",
    "is not the ARN of a secret",
    "aws secretsmanager list-secrets tells them.",
)


def known_add_on(value: str) -> str:
    """Refuse what is no add-on, with the reason where it is left out on purpose."""
    if value in add_ons():
        return value
    if value in left_out():
        raise refusal(f"{left_out()[value].title} is no add-on.", left_out()[value].reason)
    near = did_you_mean(value, sorted(add_ons()))
    raise refusal(f"{shown(value)} is not an add-on.", near or "maslow kubernetes add-ons.")


AddOnName = Annotated[
    str,
    AfterValidator(known_add_on),
    Field(json_schema_extra=lambda schema: schema.update(enum=sorted(add_ons()))),
]
AddOns = Annotated[tuple[AddOnName, ...], AfterValidator(distinct)]


class Database(Settings):
    """A PostgreSQL database that is there already, for one add-on."""

    host: Annotated[str, AfterValidator(host_name)] = Field(
        description="Name of its host, which the network reaches."
    )
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(5432, description="Its port.")
    secret: Annotated[str, AfterValidator(secret_arn)] = Field(
        description="ARN of the secret in Secrets Manager with username and password of its user."
    )


def check_add_ons(kubernetes: Mapping[str, Any], at: Path) -> Iterator[Mistake]:
    """Yield add-ons that need one that is off, or a database, and what is said of those off."""
    listed = kubernetes.get("add_ons")
    chosen = [each for each in listed if each in add_ons()] if isinstance(listed, list) else []
    databases = mapping(kubernetes.get("databases"))
    for place, key in enumerate(chosen):
        add_on = add_ons()[key]
        for need in add_on.needs.add_ons:
            if need not in chosen:
                yield Mistake(
                    (*at, "add_ons", place),
                    f"{key} needs {need}, which is off.",
                    f"Add it to the list: [{need}, {key}].",
                )
        if add_on.needs.database and key not in databases:
            yield Mistake(
                (*at, "add_ons", place),
                f"{key} needs a database of {add_on.needs.database}.",
                f"Name one: databases: {{{key}: {{host: …, secret: …}}}}.",
            )
    yield from _unused(databases, chosen, at)
    releases = {release.name: key for key in chosen for release in add_ons()[key].releases}
    for name in mapping(kubernetes.get("values")):
        if name not in releases:
            known = f"There are {', '.join(releases)}." if releases else "There is none."
            yield Mistake(
                (*at, "values", name),
                f"no release of an add-on that is on is called {shown(name)}.",
                did_you_mean(name, sorted(releases)) or known,
            )


def _unused(databases: Mapping[str, Any], chosen: list[str], at: Path) -> Iterator[Mistake]:
    for key in databases:
        if key not in chosen:
            yield Mistake((*at, "databases", key), f"the add-on {key} is off.", "Leave it out.")
        elif not add_ons()[key].needs.database:
            yield Mistake(
                (*at, "databases", key), f"{key} asks no database of one's own.", "Leave it out."
            )

"""What of Studio must fit the rest of a stack file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as Folder
from typing import Any

from components.common.limits import STUDIO_REPOSITORIES, STUDIO_SETUP_BYTES
from infra.settings.cross_stack import entries, mapping
from infra.settings.data.features import unknown_groups
from infra.settings.data.place import PLACE
from infra.settings.data.zones import zones_of
from infra.settings.mistakes import Mistake, Path, did_you_mean, shown
from infra.settings.studio import SETUP, people_of, profile_name, teams_of

Values = Mapping[str, Any]


def check_studio(values: Values) -> Iterator[Mistake]:
    """Yield people who would share a profile, and what teams name that is not there."""
    teams = teams_of(values)
    yield from _profiles(teams)
    network = mapping(values.get("network"))
    yield from _repositories(mapping(values.get("studio")), ("studio",), network)
    yield from _images(mapping(mapping(values.get("studio")).get("images")), sorted(teams))
    models = [model.get("name") for model in entries(values.get("models"))]
    groups = [one for one in entries(values.get("features")) if isinstance(one.get("name"), str)]
    origin = mapping(values.get("promotion")).get("from")
    for name, team in teams.items():
        at: Path = ("studio", "teams", name)
        yield from _models(team, at, [one for one in models if isinstance(one, str)], origin)
        for mistake in unknown_groups(team.get("features"), groups):
            yield replace(mistake, path=(*at, "features", *mistake.path))
        yield from _places(team, at, zones_of(values))
        yield from _repositories(team, at, network)
        yield from _too_many_repositories(team, at, mapping(values.get("studio")))
        yield from _governed(team, at, mapping(values.get("lake")))
        yield from _disk(team, at, mapping(values.get("studio")).get("disk_gb", 50))


def _profiles(teams: Mapping[str, Values]) -> Iterator[Mistake]:
    """People who are in two teams, and two whose profiles would have one name.

    A profile has one execution role, and so one team. Names of profiles differ by more than
    capitals, for they are told apart in file systems and in ARNs of AWS's in small letters.
    """
    seen: dict[str, tuple[str, str]] = {}
    for team, member in people_of(teams):
        profile = profile_name(member).lower()
        at: Path = ("studio", "teams", team, "members", member)
        if before := seen.get(profile):
            other_team, other = before
            if other == member:
                yield Mistake(
                    at,
                    f"{member} is in {other_team} too, and a person has one profile, with the "
                    "rights of one team.",
                    "Leave them in one of the two.",
                )
            else:
                yield Mistake(
                    at,
                    f"{other} of {other_team} and {member} would share the profile {profile}.",
                    "Letters, digits and hyphens tell profiles apart: change one of the names.",
                )
        seen.setdefault(profile, (team, member))


def _images(images: Values, teams: Sequence[str]) -> Iterator[Mistake]:
    """Teams that an image is for, and that are not there."""
    for name, image in images.items():
        wanted = mapping(image).get("teams")
        for place, team in enumerate(wanted if isinstance(wanted, list) else []):
            if isinstance(team, str) and team not in teams:
                yield Mistake(
                    ("studio", "images", name, "teams", place),
                    f"there is no team {shown(team)}.",
                    did_you_mean(team, teams) or f"Known: {', '.join(teams) or 'none'}.",
                )


def _models(team: Values, at: Path, known: Sequence[str], origin: object) -> Iterator[Mistake]:
    wanted = team.get("models")
    for place, model in enumerate(wanted if isinstance(wanted, list) else []):
        path = (*at, "models", place)
        if origin:
            yield Mistake(
                path,
                f"{shown(model)} is trained in {origin}, and there is no pipeline to start here.",
                "Leave models out.",
            )
        elif isinstance(model, str) and model not in known:
            yield Mistake(
                path,
                f"there is no model {shown(model)}.",
                did_you_mean(model, known) or f"Known: {', '.join(known) or 'none'}.",
            )


def _places(team: Values, at: Path, zones: Sequence[str]) -> Iterator[Mistake]:
    for key in ("reads", "writes"):
        listed = team.get(key)
        for place, name in enumerate(listed if isinstance(listed, list) else []):
            found = PLACE.fullmatch(name) if isinstance(name, str) else None
            if found and found["zone"] not in zones:
                yield Mistake(
                    (*at, key, place),
                    f"{found['zone']} is not a zone.",
                    did_you_mean(found["zone"], zones) or f"Allowed: {', '.join(zones)}.",
                )


def _repositories(team: Values, at: Path, network: Values) -> Iterator[Mistake]:
    """Repositories that no notebook reaches: Studio is in the network, and goes out by it."""
    if team.get("repositories") and network.get("egress") == "none":
        yield Mistake(
            (*at, "repositories"),
            "without egress, notebooks reach no Git repository.",
            "Leave it out, or give the network a way out (network.egress).",
        )


def _too_many_repositories(team: Values, at: Path, studio: Values) -> Iterator[Mistake]:
    """More repositories than JupyterLab offers, of all teams' and the team's own."""
    offered = [
        each
        for listed in (studio.get("repositories"), team.get("repositories"))
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, str)
    ]
    if team.get("repositories") and len(set(offered)) > STUDIO_REPOSITORIES:
        yield Mistake(
            (*at, "repositories"),
            f"with those of studio.repositories they are {len(set(offered))}, and JupyterLab "
            f"offers {STUDIO_REPOSITORIES}.",
        )


def check_setup(values: Values, root: Folder) -> Iterator[Mistake]:
    """Yield a script of Studio's that is not there, or that SageMaker or a shell cannot take."""
    at, path = ("studio", "setup"), mapping(values.get("studio")).get("setup")
    if not isinstance(path, str) or not SETUP.fullmatch(path):
        return
    try:
        script = (root / path).read_bytes()
    except OSError as error:
        yield Mistake(at, f"{path} cannot be read: {error.strerror}.")
        return
    if len(script) > STUDIO_SETUP_BYTES:
        yield Mistake(
            at,
            f"{path} has {len(script):,} bytes, and SageMaker takes {STUDIO_SETUP_BYTES:,}.",
            "Have it fetch what is long from your package repository, or from S3.",
        )
    if not script.startswith(b"#!"):
        yield Mistake(
            at, f"{path} does not say what runs it.", "Let it begin with the line #!/bin/bash."
        )
    if b"\r" in script:
        yield Mistake(
            at,
            f"lines of {path} end as on Windows, and a shell takes that for a part of them.",
            "End them with a line feed alone.",
        )


def _governed(team: Values, at: Path, lake: Values) -> Iterator[Mistake]:
    """Data that a team would read as files, past what Lake Formation keeps from its people."""
    if lake.get("governed") is not True:
        return
    for key in ("reads", "writes", "features"):
        if team.get(key):
            yield Mistake(
                (*at, key),
                "the lake is governed, and files of it would show Studio's people what Lake "
                "Formation keeps from their persona.",
                "Leave it out: as their persona they query what they may read.",
            )


def _disk(team: Values, at: Path, most: object) -> Iterator[Mistake]:
    asked = team.get("space_gb")
    if isinstance(asked, int) and isinstance(most, int) and asked > most:
        yield Mistake(
            (*at, "space_gb"),
            f"{asked} GB are more than the {most} GB that a space may have here.",
            "Raise studio.disk_gb, or ask for less.",
        )

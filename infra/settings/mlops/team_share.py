"""Whether the cluster does what a model asks of it, and a team has room for the model's pods."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.settings.cross_stack import mapping
from infra.settings.mistakes import Mistake, Path, shown

Values = Mapping[str, Any]
WORDS = {"vcpus": "vCPUs", "memory_gib": "GiB", "gpus": "GPUs"}


def on_kubernetes(values: Values, group: str) -> Iterator[tuple[Values, Path]]:
    """Each model's settings of a group, such as `training`, that say `on: kubernetes`; their path.

    They are as the stack file has them, and may be malformed.
    """
    models = values.get("models")
    for place, model in enumerate(models if isinstance(models, list) else []):
        settings = mapping(mapping(model).get(group))
        if settings.get("on") == "kubernetes":
            yield settings, ("models", place, group)


def check_add_on(values: Values, at: Path, does: str, needed: Sequence[str]) -> Iterator[Mistake]:
    """Yield a cluster that is not there, or lacks the add-on for a model.

    `does` says what the add-on does, which is the last of those `needed`.
    """
    listed = ", ".join(needed)
    if "kubernetes" not in values:
        yield Mistake(
            at,
            "there is no cluster.",
            f"Add one: kubernetes: {{add_ons: [{listed}], teams: {{…}}}}.",
        )
    elif needed[-1] not in chosen_add_ons(values):
        yield Mistake(at, f"{does}, which is off.", f"Add it: kubernetes: {{add_ons: [{listed}]}}.")


def chosen_add_ons(values: Values) -> list[Any]:
    """The add-ons of the cluster, as the stack file has them."""
    add_ons = mapping(values.get("kubernetes")).get("add_ons")
    return add_ons if isinstance(add_ons, list) else []


def teams_of(values: Values) -> Values:
    """The teams of the cluster, as the stack file has them."""
    return mapping(mapping(values.get("kubernetes")).get("teams"))


def check_team(name: str, at: Path, teams: Values) -> Iterator[Mistake]:
    """Yield a team that is not there, or lets none of SageMaker's images run."""
    if name not in teams:
        known = f"It has {', '.join(map(str, teams)) or 'none'}."
        yield Mistake(at, f"{shown(name)} is no team of kubernetes.teams.", known)
    elif mapping(teams[name]).get("pod_security") == "restricted":
        yield Mistake(
            at,
            f"{name} lets no pod be root, and SageMaker's images are.",
            "Choose another team, or pod_security: baseline.",
        )


def lacking(needs: Mapping[str, float], name: str, teams: Values) -> Iterator[tuple[str, str, Any]]:
    """Yield what pods need beyond a team's share: its setting, the need in words, what there is.

    A share that is malformed is told where it is, and lacks nothing here.
    """
    team = mapping(teams.get(name))
    for key, need in needs.items():
        share = team.get(key, 0)
        if name in teams and isinstance(share, int | float) and need > share:
            yield key, f"{need:g} {WORDS[key]}", share

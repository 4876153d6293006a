"""Whether a team of the cluster is there for a model's pods, and has room for them."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra.settings.cross_stack import mapping
from infra.settings.mistakes import Mistake, Path, shown

Values = Mapping[str, Any]
WORDS = {"vcpus": "vCPUs", "memory_gib": "GiB", "gpus": "GPUs"}


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

"""How a person's kubectl comes to know a cluster: a context whose tokens are asked of AWS.

No key is kept. https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.platform.kubernetes.kubeconfig import kubeconfig
from infra.errors import InputError, WorkError
from infra.kubernetes import person_config
from infra.kubernetes.cluster import described, name_of, public_ranges, wanted
from infra.models.place import Place

ACTIVE = ("ACTIVE", "UPDATING")
"""Statuses of a cluster whose API answers."""


@dataclass(frozen=True)
class Entry:
    """What kubectl has to know of a cluster."""

    name: str
    """Of the cluster, of the context, and of its user."""
    config: Mapping[str, Any]
    """A whole kubeconfig, of this cluster alone."""
    public: tuple[str, ...]
    """Ranges of the internet that reach its API; none where the network alone does."""


@dataclass(frozen=True)
class Written:
    """What was written, and where."""

    path: Path
    replaced: bool
    """Whether there was such a context already."""
    hidden_by: Path | None
    """A file before it in KUBECONFIG, whose current context is the one that counts."""


def entry_of(place: Place, environment: Mapping[str, str]) -> Entry:
    """What kubectl has to know, as EKS tells it.

    With AWS_PROFILE in `environment`, the tokens are that profile's from then on, whatever it is
    set to later. Raises InputError where there is no cluster in the stack file and for the embedded
    AWS, WorkError for a cluster that is not there or not ready, and botocore's errors.
    """
    stack = place.stack
    name = name_of(wanted(stack), place.names)
    if place.running is not None:
        raise InputError(
            f"{stack.environment} is on the embedded AWS: no Kubernetes answers at the address of "
            "its cluster. `maslow up` tells where the objects are written."
        )
    found = described(place, name)
    if found is None:
        raise WorkError(
            f"There is no cluster {name} in {stack.region} yet: `maslow up -s {stack.environment}` "
            "makes it."
        )
    if found["status"] not in ACTIVE:
        raise WorkError(f"The cluster {name} is {found['status']}: its API does not answer.")
    config = kubeconfig(
        name=name,
        region=stack.region,
        endpoint=found["endpoint"],
        certificate=found["certificateAuthority"]["data"],
    )
    if profile := environment.get("AWS_PROFILE"):
        command = config["users"][0]["user"]["exec"]
        command["env"] = [{"name": "AWS_PROFILE", "value": profile}]
    return Entry(name, config, tuple(public_ranges(found)))


def write(entry: Entry, environment: Mapping[str, str]) -> Written:
    """Put the context into the person's kubeconfig, and make it the current one.

    What else is there stays. `environment` says where that is, by KUBECONFIG or HOME. Raises
    InputError for a file that cannot be read or is no kubeconfig, which is then left as it is, and
    WorkError where it cannot be written.
    """
    chain = person_config.chain(environment)
    there = {path: person_config.read(path) for path in chain if path.exists()}
    path = _chosen(chain, there, entry.name)
    before = there.get(path, {})
    person_config.write(path, person_config.merged(before, entry.config))
    earlier = chain[: chain.index(path)]
    return Written(
        path,
        replaced=person_config.has(before, "contexts", entry.name),
        hidden_by=next((one for one in earlier if there.get(one, {}).get("current-context")), None),
    )


def _chosen(chain: list[Path], there: Mapping[Path, Mapping[str, Any]], name: str) -> Path:
    """The file that has the context, the first that is there, or the last one, as kubectl does.

    https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
    """
    having = (path for path, found in there.items() if person_config.has(found, "contexts", name))
    return next(having, next(iter(there), chain[-1]))

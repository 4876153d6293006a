"""Whether a model that may have no pods has those that it should, which no ping tells.

Knative takes the pods of an idle model away, and a request brings one back. How many there should
be, it writes into the Deployments of the model's revisions. Where that is none, the model sleeps;
where it is one and none is ready, the model is being woken, or cannot be.
https://knative.dev/docs/serving/autoscaling/scale-to-zero/
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .api import ACCOUNT, in_cluster

SECONDS = 5


def deployments(selector: str, account: Path = ACCOUNT) -> list[Mapping[str, Any]]:
    """The Deployments of the pod's namespace that a selector of labels names.

    Raises NotAnswered where Kubernetes cannot be asked or refuses, OSError where the pod is told of
    none, ValueError for what is no JSON.
    """
    namespace = (account / "namespace").read_text().strip()
    found = in_cluster(account, SECONDS).find(
        f"/apis/apps/v1/namespaces/{namespace}/deployments", labelSelector=selector
    )
    return list((found or {}).get("items") or [])


def is_as_it_should(found: Iterable[Mapping[str, Any]]) -> bool:
    """Whether each Deployment has a ready pod if it wants any; not where there is no Deployment."""
    told = list(found)
    return bool(told) and all(
        each["spec"].get("replicas", 1) == 0 or each.get("status", {}).get("readyReplicas", 0)
        for each in told
    )

"""Whether a model that may have no pods has those that it should, which no ping tells.

Knative takes the pods of an idle model away, and a request brings one back. How many there should
be, it writes into the Deployments of the model's revisions. Where that is none, the model sleeps;
where it is one and none is ready, the model is being woken, or cannot be.
https://knative.dev/docs/serving/autoscaling/scale-to-zero/
"""

import json
import os
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds who it is.

https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
"""
SECONDS = 5


def deployments(selector: str, account: Path = ACCOUNT) -> list[Mapping[str, Any]]:
    """The Deployments of the pod's namespace that a selector of labels names.

    Raises OSError where Kubernetes cannot be asked or refuses, ValueError for what is no JSON.
    """
    namespace, token = ((account / name).read_text().strip() for name in ("namespace", "token"))
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    where = f"/apis/apps/v1/namespaces/{namespace}/deployments?labelSelector={quote(selector)}"
    address = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    asked = Request(address + where, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    trusted = ssl.create_default_context(cafile=str(account / "ca.crt"))
    with urlopen(asked, timeout=SECONDS, context=trusted) as answer:  # noqa: S310 - TLS
        found = json.load(answer)
    listed: list[Mapping[str, Any]] = found["items"]
    return listed


def is_as_it_should(found: Iterable[Mapping[str, Any]]) -> bool:
    """Whether each Deployment has a ready pod if it wants any; not where there is no Deployment."""
    told = list(found)
    return bool(told) and all(
        each["spec"].get("replicas", 1) == 0 or each.get("status", {}).get("readyReplicas", 0)
        for each in told
    )

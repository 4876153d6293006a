"""Who deploys does not wait for a rollout, or the change of a cluster: time is let pass instead.

A canary's bake of ten minutes takes ten minutes on AWS. Here the clock is put forward by a minute
and another, until the endpoint has left Updating.
"""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from embedded import clock

MINUTE = 60

OnDeploying = Callable[[str], None]
"""Told an endpoint's name before each minute of its rollout is let pass."""

_advancing = threading.Lock()
_awaited: Counter[str] = Counter()
_on_deploying: list[OnDeploying] = []


def tell(who: OnDeploying | None) -> None:
    """Have `who`, and nobody else, hear of each minute."""
    _on_deploying[:] = [who] if who else []


def told() -> OnDeploying | None:
    """Who hears of each minute."""
    return _on_deploying[0] if _on_deploying else None


def wait(sagemaker: Any, name: str) -> None:
    """Let time pass until the endpoint of that name is no longer Updating.

    Of several that wait one lets time pass for all, and each one's endpoint is told of.
    Raises TooMuch and Stopped of the clock, and what `sagemaker`, a boto3 client, raises.
    """
    _awaited[name] += 1
    try:
        while True:
            with _advancing:
                if not _is_updating(sagemaker, name):
                    return
                for each in sorted(+_awaited):
                    if (who := told()) and _is_updating(sagemaker, each):
                        who(each)
                _let_a_minute_pass()
    finally:
        _awaited[name] -= 1


def wait_for_cluster(eks: Any, name: str) -> None:
    """Let time pass until the cluster of that name is no longer UPDATING. Raises as `wait` does."""
    while True:
        with _advancing:
            if eks.describe_cluster(name=name)["cluster"]["status"] != "UPDATING":
                return
            _let_a_minute_pass()


def _let_a_minute_pass() -> None:
    into = clock.now().timestamp() % MINUTE
    clock.current().advance(MINUTE - into)


def _is_updating(sagemaker: Any, name: str) -> bool:
    status = sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"]
    return bool(status == "Updating")

"""Takes the spot instances of a training away, which nobody else does here.

POST /moto-api/maslow/spot {"interrupt": "<name of a training job>", "back_in_seconds": 60} ends the
job's process as AWS would, and it begins again from its checkpoints once so much time has passed.
"""

import json
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.moto_api._internal import urls

from embedded.extensions.jobs import running
from embedded.extensions.time_control import PATHS
from embedded.sagemaker.spot import SpotJob


def install() -> None:
    """Add the path to moto's own, of which its server takes note at its first request."""
    urls.url_paths[f"{PATHS}spot"] = answer_spot


def answer_spot(request: Any, full_url: str, headers: Any) -> TYPE_RESPONSE:  # noqa: ARG001
    """Interrupt a training, if it is on spot instances and has them."""
    try:
        asked = json.loads(request.data or next(iter(request.form), "{}"))
        name, back_in = str(asked["interrupt"]), float(asked.get("back_in_seconds", 0))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return _answer(400, {"Error": f"interrupt: {error}"})
    named = [job for arn, job in running() if arn.endswith(f":training-job/{name}")]
    taken = any(isinstance(job, SpotJob) and job.interrupt(back_in) for job in named)
    if not taken:
        return _answer(404, {"Error": f"{name} is no training that has spot instances now"})
    return _answer(200, {"interrupted": name})


def _answer(status: int, told: dict[str, str]) -> TYPE_RESPONSE:
    return status, {"Content-Type": "application/json"}, json.dumps(told)

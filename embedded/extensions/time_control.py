"""The paths of the Cloud's own, beside those of moto's: its clock, its outbox, its files.

POST /moto-api/maslow/clock {"advance_seconds": 3600} puts the clock forward, GET tells its time.
GET /moto-api/maslow/outbox tells what topics have sent and targets have not taken.
GET /moto-api/maslow/files tells the folder of this machine that holds each file system's files.
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.moto_api._internal import urls

from embedded import clock, file_folders, outbox

PATHS = "{0}/moto-api/maslow/"


def install() -> None:
    """Add the paths to moto's own, of which its server takes note at its first request."""
    urls.url_paths[f"{PATHS}clock"] = answer_clock
    urls.url_paths[f"{PATHS}outbox"] = answer_outbox
    urls.url_paths[f"{PATHS}files"] = answer_files


def answer_clock(request: Any, full_url: str, headers: Any) -> TYPE_RESPONSE:  # noqa: ARG001
    """The clock's time, after it was put forward if that is asked."""
    done = 0
    if request.method == "POST":
        try:
            asked = json.loads(request.data or next(iter(request.form), "{}"))
            done = clock.current().advance(float(asked["advance_seconds"]))
        except (KeyError, TypeError, ValueError) as error:
            return _answer(400, {"Error": f"advance_seconds: {error}"})
        except clock.TooMuch as error:
            return _answer(400, {"Error": str(error)})
    return _answer(200, {"now": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}", "done": done})


def answer_outbox(request: Any, full_url: str, headers: Any) -> TYPE_RESPONSE:  # noqa: ARG001
    """The outbox."""
    return _answer(200, outbox.read())


def answer_files(request: Any, full_url: str, headers: Any) -> TYPE_RESPONSE:  # noqa: ARG001
    """The folders of file systems, by their ids."""
    return _answer(200, file_folders.read())


def _answer(status: int, told: Mapping[str, Any]) -> TYPE_RESPONSE:
    return status, {"Content-Type": "application/json"}, json.dumps(told)

"""CodeBuild projects of a pipeline, whose source and artifacts have no location.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html
https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectArtifacts.html
"""

from collections.abc import Callable
from typing import Any

from moto.codebuild import responses

NOWHERE = {"CODEPIPELINE", "NO_SOURCE"}

Check = Callable[[dict[str, Any]], None]

_CHECKS: dict[str, Check] = {
    name: getattr(responses, name)
    for name in ("_validate_required_params_source", "_validate_required_params_artifacts")
}


def install() -> None:
    """Have moto ask for a location only where CodeBuild does."""
    for name, check in _CHECKS.items():
        setattr(responses, name, _unless_nowhere(check))


def _unless_nowhere(check: Check) -> Check:
    def checked(described: dict[str, Any]) -> None:
        if described["type"] not in NOWHERE:
            check(described)

    return checked

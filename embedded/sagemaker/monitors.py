"""Who checks data and models in the place of Model Monitor's and Clarify's images.

Those are closed, and nothing here has them. Whoever starts the cloud may register a monitor of its
own, which is a command that works in the container layout of those images:

- the job's environment is that of Model Monitor's image: `dataset_format`, `dataset_source`,
  `output_path`, `problem_type` and so on; for ClarifyCheck steps, ANALYSIS_CONFIG is the file that
  Clarify's image would read, and CHECKED_MODEL the name of the model that it is of;
- CHECK_TYPE says what is checked, CHECKED_BY the monitor's name, and CHECKED_FOR the image that it
  stands for; BASELINE_STATISTICS and BASELINE_CONSTRAINTS are files, where there is a baseline;
- results go to `output_path`, under the names that AWS's image gives them, and what came of the
  check into the file EXIT_MESSAGE.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-built-container.html
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-container.html
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Monitor:
    """A monitor that works in the place of AWS's."""

    name: str
    """How a job says who has checked."""
    command: tuple[str, ...]
    environment: Mapping[str, str]
    """What its process needs, such as PYTHONPATH."""
    checks: frozenset[str]
    """The values of CheckType that it knows."""


_registered: list[Monitor] = []


def register(monitor: Monitor | None) -> None:
    """Have checks run by a monitor from now on; by none where it is None."""
    _registered[:] = [monitor] if monitor else []


def registered() -> Monitor | None:
    """The monitor that runs checks, if any."""
    return _registered[0] if _registered else None


def why_not_run(check: str) -> str:
    """Why a check of a type does not run; empty where it does."""
    monitor = registered()
    if monitor is None:
        return "the images of Model Monitor and Clarify are closed, and no monitor is registered"
    if check not in monitor.checks:
        known = ", ".join(sorted(monitor.checks))
        return f"{monitor.name} has no check of type {check}; it has {known}"
    return ""

"""GuardDuty's detectors: one in a region, with the features that an update does not name.

moto makes any number of them, and forgets those features.

https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html
https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateDetector.html
"""

from typing import Any

from moto.guardduty.exceptions import GuardDutyException
from moto.guardduty.models import Detector, GuardDutyBackend

from embedded.extensions.operations import add

_created_by_moto = GuardDutyBackend.create_detector  # replaced below


class DetectorExists(GuardDutyException):
    """The region has its detector already."""

    code = 400

    def __init__(self) -> None:
        super().__init__(
            "InvalidInputException",
            "The request is rejected because a detector already exists for the current account.",
        )

    def get_headers(self, *_args: Any, **_named: Any) -> list[tuple[str, str]]:
        """The error's code, where GuardDuty's clients look for it."""
        return [("X-Amzn-ErrorType", "BadRequestException")]


def install() -> None:
    """Refuse a second detector, and have detectors keep the features that an update leaves out."""
    add(GuardDutyBackend, create_detector)
    add(Detector, update)


def create_detector(self: GuardDutyBackend, *args: Any, **named: Any) -> str:
    """CreateDetector."""
    if self.detectors:
        raise DetectorExists
    return _created_by_moto(self, *args, **named)


def update(
    self: Detector,
    enable: bool | None,
    finding_publishing_frequency: str | None,
    data_sources: dict[str, Any] | None,
    features: list[dict[str, Any]] | None,
) -> None:
    """Change what is given."""
    if enable is not None:
        self.enabled = enable
    if finding_publishing_frequency is not None:
        self.finding_publish_freq = finding_publishing_frequency
    if data_sources is not None:
        self.datasources = data_sources
    changed = {feature["name"]: feature for feature in features or []}
    known = {feature["name"]: feature for feature in self.features}
    self.features = list({**known, **changed}.values())

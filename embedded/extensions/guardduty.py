"""Features of GuardDuty's detectors, of which moto forgets those that an update does not name.

https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateDetector.html
"""

from typing import Any

from moto.guardduty.models import Detector

from embedded.extensions.operations import add


def install() -> None:
    """Have detectors keep the features that an update leaves out."""
    add(Detector, update)


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

"""Watching the data that an endpoint sees."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from infra.settings.base import Percent, Settings

CAPTURE = Percent(1, 100)

CaptureShare = Annotated[
    int,
    BeforeValidator(CAPTURE),
    PlainSerializer(CAPTURE.text, when_used="json"),
    WithJsonSchema(CAPTURE.json_schema()),
]


class Monitor(Settings):
    """Watching the data that the endpoint sees."""

    data: Literal["hourly", "daily", "off"] = Field(
        "daily", description="How often captured requests are compared with the training data."
    )
    capture: CaptureShare = Field(
        100,
        description="Share of the requests that is captured, 1% to 100%.",
        json_schema_extra={"default": "100%"},
    )
    drift_threshold: Annotated[float, Field(gt=0, le=1)] = Field(
        0.1, description="Distance from the training data at which a feature has drifted, 0 to 1."
    )

"""Watching what an endpoint is asked and what it answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)

from infra.settings.base import Percent, Settings, matching
from infra.settings.frequency import OFF, WORDS, frequency, seconds
from infra.settings.mistakes import Mistake, refusal, shown

CAPTURE = Percent(1, 100)
ARGUMENT_LIMIT = 256
"""Characters of the columns with the commas between them: they are one argument of a job.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AppSpecification.html
"""
LONGEST_HOURS = 366 * 24
LEAST_HOURS = 24

CaptureShare = Annotated[
    int,
    BeforeValidator(CAPTURE),
    PlainSerializer(CAPTURE.text, when_used="json"),
    WithJsonSchema(CAPTURE.json_schema()),
]
EVERY_SCHEMA = {
    "type": "string",
    "anyOf": [{"enum": [*WORDS, OFF]}, {"pattern": r"^cron\(.+\)$"}],
}
Every = Annotated[str, AfterValidator(frequency), WithJsonSchema(EVERY_SCHEMA)]
WindowHours = Annotated[int, Field(ge=1, le=LONGEST_HOURS)]
Threshold = Annotated[float, Field(gt=0, le=1)]

column = matching(
    rf"[^,]{{1,{ARGUMENT_LIMIT}}}",
    "is not a name of a column",
    "It has no comma, and at most 256 characters.",
)
truth_prefix = matching(
    r"[\w.-]+(/[\w.-]+)*",
    "is not a prefix in the curated zone",
    "Letters, digits, . _ - and / between them: truth/readmission.",
)
Columns = tuple[Annotated[str, AfterValidator(column)], ...]


class MonitorSettings(Settings):
    """What all monitors are told."""

    every: Every = Field("daily", description="How often: hourly, daily, weekly, cron(…) or off.")
    window_hours: WindowHours | None = Field(
        None,
        description="Hours of traffic that a run looks at; as many as lie between two runs, and 24 "
        "at least, if unset.",
    )

    @property
    def is_on(self) -> bool:
        """Whether it runs at all."""
        return self.every != OFF

    @property
    def hours(self) -> int:
        """Hours of traffic that a run looks at.

        A monitor that runs each hour looks at a whole day each time: an hour has too few rows to
        tell anything by, and other people in it than the next.
        """
        return self.window_hours or max(LEAST_HOURS, -(-seconds(self.every) // 3600))


class DataMonitor(MonitorSettings):
    """Whether requests and answers are still like those that the model was trained on."""

    threshold: Threshold = Field(
        0.1, description="Distance from the training data at which a column has drifted, 0 to 1."
    )
    min_rows: Annotated[int, Field(ge=30)] = Field(
        100, description="Rows without which nothing is said."
    )


class QualityMonitor(MonitorSettings):
    """Whether the answers are right, once the truth is known."""

    by: Columns = Field((), description="Columns by whose values the quality is told as well.")
    truth: Annotated[str, AfterValidator(truth_prefix)] | None = Field(
        None,
        description="Prefix of the truth in the curated zone, for the monitor of bias too; "
        "truth/<model> if unset.",
    )


class BiasMonitor(MonitorSettings):
    """Whether groups of people are answered alike."""

    every: Every = Field("weekly", description="How often: hourly, daily, weekly, cron(…) or off.")
    on: Columns = Field((), description="Columns whose values are the groups, such as sex.")
    threshold: Threshold = Field(
        0.1, description="Change of a measure since training at which it is told, 0 to 1."
    )


class ExplainMonitor(MonitorSettings):
    """Whether the same features count as in training."""

    every: Every = Field("weekly", description="How often: hourly, daily, weekly, cron(…) or off.")
    threshold: Threshold = Field(
        0.1, description="Change in what features count for at which it is told, 0 to 1."
    )


@dataclass(frozen=True)
class OrWord:
    """Tells editors that a word stands for a group in which it is all that is said."""

    def __get_pydantic_json_schema__(
        self, core: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The schema of the group, or of the word."""
        return {"anyOf": [handler(core), EVERY_SCHEMA]}


def _word(value: object) -> object:
    """Reads `daily` as `{every: daily}`."""
    if isinstance(value, str):
        return {"every": frequency(value)}
    if isinstance(value, dict):
        # After a validator of ours pydantic no longer takes JSON's lists for tuples.
        return {key: tuple(each) if isinstance(each, list) else each for key, each in value.items()}
    return value


def _groups(value: object) -> object:
    """The same of the monitor of bias, which a word alone does not tell between whom."""
    read = _word(value)
    if isinstance(value, str) and value != OFF:
        raise refusal(
            f"{shown(value)} does not say between whom.",
            f"Name the columns of the groups: {{on: [sex], every: {value}}}.",
        )
    return read


class Monitor(Settings):
    """Watching what the endpoint is asked and what it answers."""

    capture: CaptureShare = Field(
        100,
        description="Share of the requests that is captured, 1% to 100%.",
        json_schema_extra={"default": "100%"},
    )
    data: Annotated[DataMonitor, BeforeValidator(_word), OrWord()] = Field(
        DataMonitor(),
        description="Whether requests and answers are like the training data.",
    )
    quality: Annotated[QualityMonitor, BeforeValidator(_word), OrWord()] = Field(
        QualityMonitor(every=OFF), description="Whether the answers turn out to be right."
    )
    bias: Annotated[BiasMonitor, BeforeValidator(_groups), OrWord()] = Field(
        BiasMonitor(every=OFF), description="Whether groups of people are answered alike."
    )
    explain: Annotated[ExplainMonitor, BeforeValidator(_word), OrWord()] = Field(
        ExplainMonitor(every=OFF), description="Whether the same features count as in training."
    )

    @property
    def kinds(self) -> dict[str, MonitorSettings]:
        """The monitors that run, by their names."""
        every = {
            "data": self.data,
            "quality": self.quality,
            "bias": self.bias,
            "explain": self.explain,
        }
        return {kind: monitor for kind, monitor in every.items() if monitor.is_on}


def check_monitors(monitor: Monitor, target: str, drop: Sequence[str]) -> Iterator[Mistake]:
    """Yield columns by which a monitor cannot tell rows apart, and groups that are missing."""
    if monitor.bias.is_on and not monitor.bias.on:
        yield Mistake(
            ("monitor", "bias", "on"),
            "no column says between whom.",
            "Name the columns of the groups: on: [sex]; or set monitor.bias to off.",
        )
    for group, key, columns in (
        ("quality", "by", monitor.quality.by),
        ("bias", "on", monitor.bias.on),
    ):
        path = ("monitor", group, key)
        for position, name in enumerate(columns):
            if name == target:
                yield Mistake((*path, position), f"{shown(name)} is the target.", NO_FEATURE)
            elif name in drop:
                yield Mistake((*path, position), f"{shown(name)} is dropped.", NO_FEATURE)
        if len(",".join(columns)) > ARGUMENT_LIMIT:
            yield Mistake(
                path,
                f"the names have more than {ARGUMENT_LIMIT} characters together.",
                "Name fewer columns.",
            )


NO_FEATURE = "Only what the model is asked with is known of a request: name features."

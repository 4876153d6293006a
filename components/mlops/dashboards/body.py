"""What is on a dashboard, as CloudWatch takes it; plain values.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from components.common.iam import Json
from components.mlops.alarms import FAILURES
from components.mlops.alarms import NAMESPACE as ENDPOINTS
from components.mlops.monitoring.job_request import MonitorKind
from components.mlops.monitoring.policies import NAMESPACE as MONITORS

MACHINES = "AWS/States"
QUEUES = "AWS/SQS"
COLUMNS = 24
"""Of a dashboard."""
HEIGHT = 6
MOST_WIDGETS, MOST_ALARMS = 500, 100
"""On one dashboard, and in one of its widgets."""
MOST_MODELS = 200
"""On one dashboard: two widgets each leave a hundred for their alarms, and it shows 2,500 metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
"""
HOUR, DAY = 3600, 86400
LIMIT = "the limit"

Widget = Json
"""A widget without its place."""


class ServedModel(TypedDict):
    """A model, as far as dashboards show it."""

    name: str
    """Name of the model."""
    endpoint: str
    """Name of its endpoint."""
    variant: str
    """Name of the variant that takes its traffic."""
    monitors: Sequence[MonitorKind]
    """What watches it."""
    alarm_arns: Sequence[str]
    """ARNs of the alarms on it."""
    namespace: NotRequired[str]
    """Namespace of its metrics; SageMaker's own unless given."""
    failures: NotRequired[str]
    """Metric of requests that failed; SageMaker's own unless given."""
    loop_arn: NotRequired[str]
    """ARN of the machine that retrains it, where it is trained here."""


def model_body(model: ServedModel, region: str) -> Json:
    """The dashboard of one model: its alarms, its requests, its monitors and its loop."""
    rows = [
        [_alarms(f"Alarms of {model['name']}", model["alarm_arns"])],
        [
            _metrics("Requests", _requests(model), region, stat="Sum", period=60),
            _metrics("Model latency, in microseconds", _latency(model), region, period=60),
        ],
    ]
    if model["monitors"]:
        rows.append(
            [
                _metrics(
                    "Worst finding of each monitor",
                    [_of_monitor("Worst", model["name"], kind) for kind in model["monitors"]],
                    region,
                    stat="Maximum",
                    period=HOUR,
                    limit=1,
                ),
                _metrics(
                    "Rows that they looked at",
                    [_of_monitor("Rows", model["name"], kind) for kind in model["monitors"]],
                    region,
                    stat="Maximum",
                    period=HOUR,
                ),
            ]
        )
    if "loop_arn" in model:
        rows.append([_metrics("Turns of its loop", _turns(model), region, stat="Sum", period=DAY)])
    return _laid(rows)


def environment_body(models: Sequence[ServedModel], queue: str, region: str) -> Json:
    """A dashboard of an environment: all alarms on models, and a row for each of these.

    There are `MOST_MODELS` at most. `queue` is the name of the dead-letter queue.
    """
    alarms = [arn for model in models for arn in model["alarm_arns"]]
    rows = [
        *(
            [_alarms("Alarms of the models", alarms[begin : begin + MOST_ALARMS])]
            for begin in range(0, len(alarms), MOST_ALARMS)
        ),
        [
            _metrics(
                "Events that were given up",
                [[QUEUES, "ApproximateNumberOfMessagesVisible", "QueueName", queue]],
                region,
                stat="Maximum",
                period=300,
            )
        ],
    ]
    for model in models:
        row = [_metrics(f"{model['name']}: requests", _requests(model), region, "Sum", 300)]
        if model["monitors"]:
            row.append(
                _metrics(
                    f"{model['name']}: worst findings",
                    [_of_monitor("Worst", model["name"], kind) for kind in model["monitors"]],
                    region,
                    stat="Maximum",
                    period=HOUR,
                    limit=1,
                )
            )
        rows.append(row)
    return _laid(rows)


def _requests(model: ServedModel) -> list[list[str]]:
    return [
        _of_endpoint("Invocations", model),
        _of_endpoint(model.get("failures", FAILURES), model),
    ]


def _latency(model: ServedModel) -> list[list[str | Json]]:
    metric = _of_endpoint("ModelLatency", model)
    return [[*metric, {"stat": stat, "label": stat}] for stat in ("p50", "p99")]


def _turns(model: ServedModel) -> list[list[str]]:
    return [
        [MACHINES, name, "StateMachineArn", model["loop_arn"]]
        for name in ("ExecutionsStarted", "ExecutionsFailed")
    ]


def _of_endpoint(name: str, model: ServedModel) -> list[str]:
    return [
        *(model.get("namespace", ENDPOINTS), name, "EndpointName", model["endpoint"]),
        *("VariantName", model["variant"]),
    ]


def _of_monitor(name: str, model: str, kind: MonitorKind) -> list[str | Json]:
    return [MONITORS, name, "Model", model, "Monitor", kind.value, {"label": kind.value}]


def _alarms(title: str, arns: Sequence[str]) -> Widget:
    return {"type": "alarm", "properties": {"title": title, "alarms": [*arns]}}


def _metrics(
    title: str,
    metrics: Sequence[Sequence[str | Json]],
    region: str,
    stat: str = "Average",
    period: int = 300,
    *,
    limit: float | None = None,
) -> Widget:
    properties: Json = {
        "title": title,
        "view": "timeSeries",
        "region": region,
        "metrics": [[*each] for each in metrics],
        "stat": stat,
        "period": period,
        "yAxis": {"left": {"min": 0}},
    }
    if limit is not None:
        properties["annotations"] = {"horizontal": [{"label": LIMIT, "value": limit}]}
    return {"type": "metric", "properties": properties}


def _laid(rows: Sequence[Sequence[Widget]]) -> Json:
    """Rows of widgets side by side, below each other.

    Raises ValueError for more widgets than a dashboard has.
    """
    widgets = [
        {
            **widget,
            "x": place * (COLUMNS // len(row)),
            "y": number * HEIGHT,
            "width": COLUMNS // len(row),
            "height": HEIGHT,
        }
        for number, row in enumerate(rows)
        for place, widget in enumerate(row)
    ]
    if len(widgets) > MOST_WIDGETS:
        raise ValueError(f"a dashboard has at most {MOST_WIDGETS} widgets, not {len(widgets)}")
    return {"widgets": widgets}

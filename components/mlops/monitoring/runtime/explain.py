"""Whether the model still decides by the same features: drift of its attributions.

Of at most 100 rows of the window, drawn by a fixed seed, the Shapley values are taken with the
model's own handler and the baseline's background rows (`shapley`). The order of the features by the
mean absolute value is compared with the baseline's by its normalised discounted cumulative gain,
1 for the same order. **Drift** is a gain that has fallen by the threshold or more: 0.1 unless told,
which is the limit of SageMaker Clarify. `drift` is (1 - gain) / threshold.
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-model-attribution-drift-violations.html
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import shapley
from .drift import DRIFT, OK
from .handler import ARCHIVE, Handler, HandlerError
from .profiles import ABSENT
from .sources import BadInput

Json = dict[str, Any]


def measured(
    baseline: Json, rows: Sequence[Sequence[Any]], model_data: Path, threshold: float
) -> tuple[list[Json], int]:
    """The gain and each feature's attribution, and how many rows the handler refused.

    There are no measures where the handler refuses more than half of the rows. Raises BadInput for
    a model that cannot be loaded.
    """
    known = baseline["attributions"]
    archive = model_data / ARCHIVE if model_data.is_dir() else model_data
    with tempfile.TemporaryDirectory() as folder:
        try:
            handler = Handler(archive, Path(folder))
        except HandlerError as error:
            raise BadInput(str(error)) from None
        asked = [
            ["" if one is ABSENT or one is None else one for one in row]
            for row in shapley.chosen(rows, shapley.MOST_ROWS)
        ]
        fit = [row for row in asked if _scores(handler, row)]
        if len(fit) * 2 < len(asked):
            return [], len(asked) - len(fit)
        values = shapley.values(handler.numbers, fit, known["background"], known["orders"])
    now = shapley.importance(values).tolist()
    before = list(known["features"].values())
    gain = shapley.ndcg(before, now)
    drift = (1 - gain) / threshold
    measures = [_measure("ndcg", gain, 1.0, len(fit))]
    measures[0] |= {"bound": 1 - threshold, "drift": drift, "judged": True}
    measures[0]["status"] = DRIFT if drift >= 1 else OK
    each = [
        _measure(name, value, one, len(fit))
        for (name, one), value in zip(known["features"].items(), now, strict=True)
    ]
    return measures + sorted(each, key=lambda one: -one["value"]), len(asked) - len(fit)


def _scores(handler: Handler, row: list[Any]) -> bool:
    try:
        handler.numbers([row])
    except HandlerError:
        return False
    return True


def _measure(name: str, value: float, before: float, rows: int) -> Json:
    return {
        "name": name,
        "of": "",
        "value": value,
        "low": None,
        "high": None,
        "baseline": before,
        "bound": None,
        "rows": rows,
        "drift": None,
        "judged": False,
        "status": OK,
    }

"""Real data for the first round: scikit-learn's breast-cancer measurements.

569 records of 30 measurements each, taken from images of cell nuclei, and whether the tumour was
malignant (1) or benign (0).
https://archive.ics.uci.edu/dataset/17/breast+cancer+wisconsin+diagnostic
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

HELD_OUT_EVERY = 10


@dataclass(frozen=True)
class Sample:
    """The records, of which every tenth is held out: training never sees it."""

    features: list[str]
    """Names of the measurements, such as `mean_radius`."""
    training: list[tuple[list[float], int]]
    """Measurements and label of each record to learn from."""
    held_out: list[tuple[list[float], int]]
    """The same, of the records to ask about."""

    def training_csv(self, target: str) -> str:
        """The records to learn from as CSV with a header, the label in the column `target`."""
        return as_csv([[*self.features, target], *([*row, label] for row, label in self.training)])

    def questions(self) -> str:
        """The held-out measurements as CSV without a header."""
        return as_csv([row for row, _ in self.held_out])


def load() -> Sample:
    """The records that scikit-learn ships."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    records = [
        ([float(value) for value in row], int(target == list(data.target_names).index("malignant")))
        for row, target in zip(data.data, data.target, strict=True)
    ]
    return Sample(
        features=[str(name).replace(" ", "_") for name in data.feature_names],
        training=[r for i, r in enumerate(records) if i % HELD_OUT_EVERY],
        held_out=records[::HELD_OUT_EVERY],
    )


def as_csv(rows: Sequence[Sequence[object]]) -> str:
    """Rows as CSV with Unix line ends."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()

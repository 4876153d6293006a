"""Real records to try the project on: tumours, of which some are malignant.

Run as `python sample.py FOLDER`. The records are scikit-learn's breast-cancer data: 569 tumours
with thirty measurements each; `target` is 1 of what is malignant.
https://archive.ics.uci.edu/dataset/17/breast+cancer+wisconsin+diagnostic
"""

import csv
import sys
from pathlib import Path

from sklearn.datasets import load_breast_cancer


def main(folder: str) -> None:
    """Write records.csv into a folder, which is made."""
    data = load_breast_cancer()
    header = [*(name.replace(" ", "_") for name in data.feature_names), "target"]
    rows = [[*values, 1 - benign] for values, benign in zip(data.data, data.target, strict=True)]
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    with (path / "records.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


if __name__ == "__main__":
    main(sys.argv[1])

"""Real data for `make up`: scikit-learn's breast-cancer measurements.

569 records of 30 measurements each, taken from images of cell nuclei, and whether the tumour was
malignant (1) or benign (0).
https://archive.ics.uci.edu/dataset/17/breast+cancer+wisconsin+diagnostic
"""

from infra.hosts.records import Records
from infra.settings import StackFile
from infra.settings.data.features import group_of
from infra.settings.mlops.model import ModelSettings

ENVIRONMENT = "local"
"""The environment that the sample belongs to."""


def load(target: str = "target") -> Records:
    """The records that scikit-learn ships, the label in the column `target`."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    malignant = list(data.target_names).index("malignant")
    rows = [
        [*map(str, row.tolist()), str(int(label == malignant))]
        for row, label in zip(data.data, data.target, strict=True)
    ]
    return Records([*columns(), target], target, rows, "scikit-learn's breast-cancer records")


def columns() -> list[str]:
    """Names of the measurements, such as `mean_radius`."""
    from sklearn.datasets import load_breast_cancer

    return [str(name).replace(" ", "_") for name in load_breast_cancer().feature_names]


def fits(stack: StackFile, model: ModelSettings) -> bool:
    """Whether a model is the sample's: of its environment, with its measurements as features."""
    if stack.environment != ENVIRONMENT:
        return False
    groups = [group for one in model.features if (group := group_of(one, stack.platform.features))]
    return set(columns()) <= {name for group in groups for name in group.features}

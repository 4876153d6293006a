"""Where Optuna looks for hyperparameters, in the place of SageMaker's own search.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html
https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html
"""

import importlib.util
import itertools
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from embedded.sagemaker.tuning.checks import (
    CATEGORICAL,
    LOG,
    NUMERIC,
    REVERSE,
    Arguments,
    ranges_of,
    resources,
)

if TYPE_CHECKING:  # it takes half a second to import, which only a tuning job needs
    from optuna import Study, Trial
    from optuna.distributions import BaseDistribution

PACKAGE = "Optuna: .venv/bin/python -m pip install 'maslow[local]'"
WIDE = 1000
"""From how many times its least value on a range's Auto scale is taken for logarithmic."""

Texts = Mapping[str, str]


class NotInstalled(Exception):
    """What is missing for a tuning job, and how to get it, in a sentence."""


def require_optuna() -> None:
    """Raise NotInstalled where there is no Optuna."""
    if importlib.util.find_spec("optuna") is None:
        raise NotInstalled(f"The embedded AWS tunes by {PACKAGE}.")


class Search:
    """The values that a tuning job tries, one set after another.

    Bayesian search is Optuna's tree-structured Parzen estimator. The same RandomSeed draws the same
    values, as long as the jobs end in the same order.
    """

    def __init__(self, arguments: Arguments) -> None:
        """Begin a search for the ranges of a CreateHyperParameterTuningJob request."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        config = arguments["HyperParameterTuningJobConfig"]
        self._ranges = {one["Name"]: (kind, one) for kind, one in ranges_of(arguments)}
        self._space = {name: _distribution(*one) for name, one in self._ranges.items()}
        self.is_maximized = config["HyperParameterTuningJobObjective"]["Type"] == "Maximize"
        strategy, seed = config["Strategy"], config.get("RandomSeed")
        least, epochs = resources(config, arguments["TrainingJobDefinition"])
        self._study: Study = optuna.create_study(
            study_name="tuning",  # Hyperband chooses a bracket by it
            direction="maximize" if self.is_maximized else "minimize",
            sampler=optuna.samplers.TPESampler(seed=seed)
            if strategy in {"Bayesian", "Hyperband"}
            else optuna.samplers.RandomSampler(seed=seed),
            pruner=optuna.pruners.HyperbandPruner(min_resource=least, max_resource=epochs)
            if strategy == "Hyperband"
            else optuna.pruners.NopPruner(),
        )
        self.size: int | None = None
        """How many sets there are in all, of a grid; None where there is no end."""
        if strategy == "Grid":
            sets = list(itertools.product(*(one["Values"] for _, one in self._ranges.values())))
            for values in sets:
                self._study.enqueue_trial(dict(zip(self._ranges, values, strict=True)))
            self.size = len(sets)

    def learn(self, tried: Iterable[tuple[Texts, float]]) -> None:
        """Start from what other jobs have tried: hyperparameters, and what they came to.

        A set that lies outside of the ranges now, or lacks one of them, tells nothing.
        """
        import optuna

        for texts, value in tried:
            with suppress(KeyError, ValueError):
                known = {name: self._value(name, texts[name]) for name in self._ranges}
                self._study.add_trial(
                    optuna.trial.create_trial(params=known, distributions=self._space, value=value)
                )

    def ask(self) -> tuple["Trial", dict[str, str]]:
        """The next set, and the same as the texts that a training job is given."""
        trial = self._study.ask(self._space)
        return trial, {name: self._text(name, value) for name, value in trial.params.items()}

    def is_pruned(self, trial: "Trial", readings: list[float]) -> bool:
        """Whether Hyperband stops a set whose objective was this after each epoch so far."""
        for epoch, value in enumerate(readings, start=1):
            if epoch > (trial.user_attrs.get("epochs") or 0):
                trial.report(value, epoch)
                trial.set_user_attr("epochs", epoch)
                if trial.should_prune():
                    return True
        return False

    def tell(self, trial: "Trial", value: float | None, *, pruned: bool = False) -> None:
        """What a set came to; None if it failed."""
        from optuna.trial import TrialState

        if pruned:
            self._study.tell(trial, state=TrialState.PRUNED)
        elif value is None:
            self._study.tell(trial, state=TrialState.FAIL)
        else:
            self._study.tell(trial, value)

    def is_better(self, one: float, other: float) -> bool:
        """Whether a value of the objective is better than another."""
        return one > other if self.is_maximized else one < other

    def _value(self, name: str, text: str) -> Any:
        kind, one = self._ranges[name]
        if kind == CATEGORICAL:
            return text
        value = NUMERIC[kind](text)
        return 1 - value if one.get("ScalingType") == REVERSE else value

    def _text(self, name: str, value: Any) -> str:
        kind, one = self._ranges[name]
        if kind != CATEGORICAL and one.get("ScalingType") == REVERSE:
            value = min(max(1 - value, float(one["MinValue"])), float(one["MaxValue"]))
        return str(value)


def _distribution(kind: str, one: Arguments) -> "BaseDistribution":
    """The values of a range. On a reverse logarithmic scale x is drawn as 1 - x."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if kind == CATEGORICAL:
        return CategoricalDistribution(one["Values"])
    least, most = NUMERIC[kind](one["MinValue"]), NUMERIC[kind](one["MaxValue"])
    scale = one.get("ScalingType", "Auto")
    is_log = scale == LOG or (scale == "Auto" and 0 < least * WIDE <= most)
    if NUMERIC[kind] is int:
        return IntDistribution(int(least), int(most), log=is_log)
    if scale == REVERSE:
        return FloatDistribution(1 - most, 1 - least, log=True)
    return FloatDistribution(least, most, log=is_log)

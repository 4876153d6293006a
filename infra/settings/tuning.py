"""A search for a model's hyperparameters, in the place of one training with given ones."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from infra.settings.base import PositiveInt, Settings, matching
from infra.settings.data.tables import Or
from infra.settings.mistakes import Mistake, refusals

Number = int | float
Strategy = Literal["bayesian", "random", "hyperband", "grid"]
Scale = Literal["auto", "linear", "log", "reverse-log"]
MOST_RANGES, MOST_CHOICES, MOST_PARENTS = 30, 30, 5
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ParameterRanges.html"""
LONGEST_HOURS = 4380
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceLimits.html"""
MOST_EPOCHS = 20_000
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperbandStrategyConfig.html"""
LEAST_PATIENCE = 3
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_BestObjectiveNotImproving.html"""
TRIALS, PARALLEL = 20, 2

tuning_job = matching(
    r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}",
    "is not a name of a tuning job",
    "`maslow model why` tells that of a version; at most 32 letters, digits and hyphens.",
)


class Range(Settings):
    """The values that a hyperparameter may have: numbers between two, or some of which one is."""

    least: Number | None = Field(
        None, alias="from", description="Its least value; whole numbers where both ends are."
    )
    most: Number | None = Field(None, alias="to", description="Its greatest value.")
    scale: Scale = Field(
        "auto",
        description="How they are looked for between the two: log where small ones matter as much "
        "as great ones, reverse-log near 1. auto leaves it to SageMaker.",
    )
    choose: tuple[str | int | float | bool, ...] = Field(
        (), max_length=MOST_CHOICES, description="All that it may be."
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if mistakes := list(self._mistakes()):
            raise refusals(mistakes)
        return self

    def _mistakes(self) -> Iterator[Mistake]:
        least, most = self.least, self.most
        if self.choose:
            if least is not None or most is not None or self.scale != "auto":
                yield Mistake((), "choose goes with no from, to and scale.", "Leave those out.")
            if len(set(map(_text, self.choose))) < len(self.choose):
                yield Mistake(("choose",), "has a value twice.", "Leave one out.")
        elif least is None or most is None:
            yield Mistake(
                (), "does not say which values there are.", "[0.001, 0.1], {from: 1, to: 9}, [a, b]"
            )
        elif least > most:
            yield Mistake(
                (), f"goes from {least} to {most}.", f"Turn them round: [{most}, {least}]."
            )
        elif self.scale == "log" and least <= 0:
            yield Mistake(
                ("scale",), f"a log scale has no {least}.", "Begin above 0, or leave scale out."
            )
        elif self.scale == "reverse-log" and not (least >= 0 and most < 1 and not self.is_whole):
            yield Mistake(
                ("scale",), "a reverse-log scale is of parts between 0 and 1.", "Leave scale out."
            )

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return isinstance(self.least, int) and isinstance(self.most, int)

    @property
    def kind(self) -> str:
        """What SageMaker calls it.

        https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ParameterRanges.html
        """
        kind = "Categorical" if self.choose else "Integer" if self.is_whole else "Continuous"
        return f"{kind}ParameterRanges"

    @property
    def values(self) -> list[str]:
        """Both ends of its numbers, or all that it may be, as SageMaker takes them."""
        return [_text(each) for each in self.choose or (self.least, self.most)]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _range(value: object) -> object:
    """Reads `[0.001, 0.1]` as `{from: 0.001, to: 0.1}`, any other list as `{choose: [...]}`."""
    if isinstance(value, list | tuple):
        ends = [each for each in value if isinstance(each, Number) and not isinstance(each, bool)]
        if len(value) == len(ends) == 2:  # noqa: PLR2004  the two ends
            return {"from": ends[0], "to": ends[1]}
        return {"choose": tuple(value)}
    if isinstance(value, dict):
        # After a validator of ours pydantic no longer takes JSON's lists for tuples.
        return {key: tuple(each) if isinstance(each, list) else each for key, each in value.items()}
    return value


Ranges = dict[
    Annotated[str, Field(min_length=1, max_length=256)],
    Annotated[Range, BeforeValidator(_range), Or(("array",))],
]


class Tune(Settings):
    """A search for hyperparameters: many trainings, of which the best is registered."""

    trials: PositiveInt | None = Field(
        None, description=f"Trainings in all: {TRIALS} unless given. A grid is all combinations."
    )
    parallel: PositiveInt = Field(PARALLEL, description="Trainings at a time.")
    strategy: Strategy = Field(
        "bayesian",
        description="What to try next: what earlier trials tell is good (bayesian), anything "
        "(random), every combination (grid), or many of which the poor are stopped (hyperband).",
    )
    objective: str | None = Field(
        None,
        min_length=1,
        description="The metric of the validation records that the best is best in; the first "
        "that accept names, or the first of its kind, if unset.",
    )
    best: Literal["highest", "lowest"] | None = Field(
        None,
        description="Which value of it is best: lowest of rmse and mae, and highest of others, if "
        "unset.",
    )
    ranges: Ranges = Field(
        {},
        max_length=MOST_RANGES,
        description="The values to look among, by hyperparameter: [0.001, 0.1], [linear, "
        "boosting], {from: 1, to: 500, scale: log}; what the project's tuning.json says if unset.",
    )
    early_stop: bool = Field(
        False,
        description="Whether a training is stopped that is worse than the median of the others "
        "was by then. It takes one that tells its metric after each epoch.",
    )
    stop_at: Number | None = Field(
        None, description="What the objective must reach for the search to end."
    )
    patience: Annotated[int, Field(ge=LEAST_PATIENCE)] | None = Field(
        None, description="After so many trials that are not 1% better the search ends."
    )
    epochs: Annotated[int, Field(ge=1, le=MOST_EPOCHS)] | None = Field(
        None, description="Most epochs of a training, for hyperband, which stops some before."
    )
    max_hours: Annotated[int, Field(ge=1, le=LONGEST_HOURS)] = Field(
        24, description="Hours after which the search ends with what it has found, at most 4380."
    )
    warm_start: tuple[Annotated[str, AfterValidator(tuning_job)], ...] = Field(
        (),
        max_length=MOST_PARENTS,
        description="Tuning jobs of the model that it goes on from, at most 5.",
    )
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = Field(
        None, description="Begins its random numbers, so that it tries the same again."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if mistakes := list(self._mistakes()):
            raise refusals(mistakes)
        return self

    @property
    def most_trials(self) -> int | None:
        """Trainings in all; None of a grid."""
        return None if self.strategy == "grid" else self.trials or TRIALS

    def _mistakes(self) -> Iterator[Mistake]:
        most = self.most_trials
        if most is not None and self.parallel > most:
            yield Mistake(
                ("parallel",),
                f"{self.parallel} at a time are more than the {most} trials.",
                f"At most {most}.",
            )
        if self.strategy == "grid":
            if self.trials is not None:
                yield Mistake(
                    ("trials",), "a grid has as many trials as combinations.", "Leave trials out."
                )
            for name, one in self.ranges.items():
                if not one.choose:
                    yield Mistake(
                        ("ranges", name),
                        "a grid is of lists of values.",
                        'Say each of them: ["0.1", "1"]; or choose strategy: random.',
                    )
        if self.strategy in {"grid", "hyperband"} and self.warm_start:
            yield Mistake(
                ("warm_start",), f"a {self.strategy} search goes on from none.", "Leave it out."
            )
        yield from self._of_hyperband()

    def _of_hyperband(self) -> Iterator[Mistake]:
        if self.strategy != "hyperband":
            if self.epochs is not None:
                yield Mistake(
                    ("epochs",), "is for strategy: hyperband alone.", "Fix it in hyperparameters."
                )
            return
        if self.epochs is None:
            yield Mistake(
                ("epochs",), "hyperband needs the most epochs of a training.", "epochs: 81"
            )
        if self.early_stop:
            yield Mistake(("early_stop",), "hyperband stops trainings itself.", "Leave it out.")


def ranges_in(values: Mapping[str, Any]) -> dict[str, Range]:
    """Ranges of a project's tuning.json. Raises pydantic's ValidationError."""
    return _Declared.model_validate({"ranges": dict(values)}).ranges


class _Declared(Settings):
    ranges: Ranges = Field(min_length=1, max_length=MOST_RANGES)

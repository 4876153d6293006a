"""What one training may cost at most, and whether that is within its budget."""

from collections.abc import Iterator

from catalog.prices import price_of
from infra.settings import Mistake, StackFile
from infra.settings.platform import Training

HOUR_MINUTES = 60


def most_usd(training: Training, region: str) -> float | None:
    """US dollars of a training that takes max_hours, and of its instances while they are kept.

    At list prices on demand, which spot instances do not exceed. None where the price of a type is
    not known.
    """
    hours = training.max_hours + (training.keep_warm_minutes or 0) / HOUR_MINUTES
    usd = 0.0
    for instance, number in training.instances.items():
        price = price_of(f"training {instance}", region)
        if price is None:
            return None
        usd += price.usd * number * hours
    return usd


def check_training_costs(stack: StackFile) -> Iterator[Mistake]:
    """Yield budgets of trainings that may cost more, or of which it is not known."""
    if stack.platform.origin:
        return
    for index, model in enumerate(stack.platform.models):
        training = model.training
        if training.budget_usd is None:
            continue
        usd = most_usd(training, stack.region)
        shown = " and ".join(
            f"{number} {instance}" for instance, number in training.instances.items()
        )
        if usd is None:
            yield Mistake(
                ("models", index, "training", "budget_usd"),
                f"the price of training on {shown} is not known, and so not what it may cost.",
                "Leave it out, or choose an instance type with a price: maslow hardware lists "
                "them.",
            )
        elif round(usd, 2) > training.budget_usd:
            yield Mistake(
                ("models", index, "training", "budget_usd"),
                f"{training.max_hours} hours of {shown} cost up to ${usd:,.2f}, and "
                f"${training.budget_usd:,.2f} is what it may cost.",
                "Make max_hours less, choose fewer or smaller instances, or allow more.",
            )

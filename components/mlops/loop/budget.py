"""The states by which the loop keeps to a budget."""

import json
from typing import Any, TypedDict

from components.common.iam import Json
from components.common.states import choice, retried, told_topic

HOUR_SECONDS = 3600
JOBS_A_PAGE = 10
"""Training jobs that one page of a search describes; a payload has 256 KB."""


class BudgetArgs(TypedDict):
    """What training may cost a month."""

    usd: float
    """US dollars."""
    prices: dict[str, float]
    """US dollars an hour by instance type; one that is not among them counts as the dearest."""
    tags: dict[str, str]
    """Tags that tell the model's training jobs."""


def budget_states(
    budget: BudgetArgs, *, model: str, topic_arn: str, following: str
) -> dict[str, Json]:
    """The states from FindSpent to `following`, or where all is spent to Ended.

    What training has cost since the month began is told by the jobs' billable seconds.

    Processing jobs are not counted, nor discounts: it is a guard, no bill.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Search.html
    """
    filters: list[Any] = [
        {"Name": f"Tags.{key}", "Operator": "Equals", "Value": value}
        for key, value in budget["tags"].items()
    ]
    filters.append(
        {
            "Name": "CreationTime",
            "Operator": "GreaterThanOrEqualTo",
            "Value": "{% $substring($fromMillis($millis()), 0, 8) & '01T00:00:00Z' %}",
        }
    )
    search: Json = {
        "Resource": "TrainingJob",
        "SearchExpression": {"Filters": filters},
        "SortBy": "CreationTime",
        "SortOrder": "Descending",
        "MaxResults": JOBS_A_PAGE,
    }
    price = f"$lookup({json.dumps(budget['prices'])}, ResourceConfig.InstanceType)"
    dearest = max(budget["prices"].values())
    cost = (
        "$sum([0, $states.result.Results.TrainingJob.(BillableTimeInSeconds * "
        f"ResourceConfig.InstanceCount * ($exists({price}) ? {price} : {dearest!r}) * "
        f"{1 / HOUR_SECONDS!r})])"
    )
    page = {
        "usd": f"{{% $spent.usd + {cost} %}}",
        "token": "{% $exists($states.result.NextToken) ? $states.result.NextToken : '' %}",
    }
    return {
        "FindSpent": retried(
            "sagemaker:search",
            search,
            "IsAllSpent",
            assign={"spent": {**page, "usd": f"{{% {cost} %}}"}},
        ),
        "IsAllSpent": choice(
            {
                "FindMoreSpent": "$spent.token != ''",
                "OverBudget": f"$round($spent.usd, 2) >= {budget['usd']!r}",
            },
            following,
        ),
        "FindMoreSpent": retried(
            "sagemaker:search",
            {**search, "NextToken": "{% $spent.token %}"},
            "IsAllSpent",
            assign={"spent": page},
        ),
        "OverBudget": {
            "Type": "Pass",
            "Assign": {
                "end": {
                    "outcome": "over-budget",
                    "reason": "{% 'training has cost ' & $string($round($spent.usd, 2)) & "
                    f"' of {budget['usd']:g} US dollars this month' %}}",
                }
            },
            "Next": "TellOverBudget",
        },
        "TellOverBudget": told_topic(
            topic_arn,
            f"{model} is not retrained: over budget",
            f"{{% '{model} was to be retrained (' & $told.cause & ': ' & $told.reason & "
            "'), but ' & $end.reason & ': retrain.budget_usd.' %}",
            "Ended",
        ),
    }

"""Budgets and whom they warn.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/
"""

from catalog.record import Call, Iam, Tags, Type

BUDGET = {"AccountId": "{account}", "BudgetName": "{name}"}
ARN = {"ResourceARN": "arn:aws:budgets::{account}:budget/{name}"}


TYPES = (
    Type(
        "aws:budgets/budget:Budget",
        "budgets",
        id="{account}:{name}",
        name="name",
        limit=100,
        create=Call(
            "CreateBudget",
            names={
                "name": "Budget.BudgetName",
                "limitAmount": "Budget.BudgetLimit.Amount",
                "limitUnit": "Budget.BudgetLimit.Unit",
                "notifications": "NotificationsWithSubscribers",
                "tags": "ResourceTags",
            },
            given={"AccountId": "{account}"},
            inside="Budget",
        ),
        read=Call(
            "DescribeBudget",
            given=BUDGET,
            at="Budget",
            outputs={"accountId": "{account}"},
        ),
        remade="moto has no UpdateBudget",
        delete=Call("DeleteBudget", given=BUDGET),
        tags=Tags(
            Call("TagResource", names={"tags": "ResourceTags"}, given=ARN),
            Call("UntagResource", given={**ARN, "ResourceTagKeys": "{removed}"}),
        ),
        cloudformation="AWS::Budgets::Budget",
        outputs={"arn": ARN["ResourceARN"]},
        holds_no_data="what was spent is in the bill",
        iam=Iam(on="arn:aws:budgets::{account}:budget/{name}", read="ListTagsForResource"),
    ),
)

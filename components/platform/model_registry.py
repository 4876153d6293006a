"""The model registry: one package group per model, which holds its versions."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.durability import Durability, setting_of_stateful, stateful
from components.common.iam import rendered
from components.common.other_accounts import OtherRolesArgs
from components.common.registry_access import group_policy


class ModelGroupArgs(TypedDict):
    """What a model package group is made of."""

    group_name: str
    """Name within the account and region: 1 to 63 letters, digits and hyphens."""
    description: str
    """What the model is for, in the reader's words."""
    durability: Durability
    """Whether the registered versions outlive the stack."""
    readers: NotRequired[list[OtherRolesArgs]]
    """Roles of other accounts that look versions up."""
    deployers: NotRequired[list[OtherRolesArgs]]
    """Those of them that deploy versions."""


class ModelGroup(pulumi.ComponentResource):
    """The versions of one model, with their metrics and approval.

    SageMaker deletes no group that holds versions, so that destroying a disposable stack needs an
    empty one. https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-delete-model-group.html
    """

    name: pulumi.Output[str]
    """Name of the group, known once it exists."""
    arn: pulumi.Output[str]
    """ARN of the group."""

    def __init__(
        self, name: str, args: ModelGroupArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:ModelGroup", name, None, opts)
        group = aws.sagemaker.ModelPackageGroup(
            f"{name}-group",
            model_package_group_name=args["group_name"],
            model_package_group_description=args["description"],
            opts=stateful(self, args["durability"]),
        )
        if args.get("readers"):
            aws.sagemaker.ModelPackageGroupPolicy(
                f"{name}-readers",
                model_package_group_name=group.model_package_group_name,
                resource_policy=rendered(
                    group_policy,
                    group_arn=group.arn,
                    readers=args["readers"],
                    deployers=args.get("deployers", []),
                ),
                opts=setting_of_stateful(self, args["durability"]),
            )
        self.name = group.model_package_group_name
        self.arn = group.arn
        self.register_outputs({"name": self.name, "arn": self.arn})

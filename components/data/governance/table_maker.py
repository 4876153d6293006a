"""Who makes tables in the zones of a governed lake, by what IAM allows."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws


class TableMakerArgs(TypedDict):
    """Who makes tables where."""

    role_arn: pulumi.Input[str]
    """Role that makes them."""
    place_arns: dict[str, pulumi.Input[str]]
    """ARN of the registered bucket of each zone in which it does, by zone."""


class TableMaker(pulumi.ComponentResource):
    """Lets a role make tables of what lies in registered buckets.

    That is asked of everybody, in hybrid mode as well; what else they may do IAM says.
    https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html
    """

    role_arn: pulumi.Output[str]
    """Role that makes them."""

    def __init__(
        self, name: str, args: TableMakerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:TableMaker", name, None, opts)
        for zone, arn in args["place_arns"].items():
            aws.lakeformation.Permissions(
                f"{name}-{zone}",
                principal=args["role_arn"],
                permissions=["DATA_LOCATION_ACCESS"],
                data_location={"arn": arn},
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.role_arn = pulumi.Output.from_input(args["role_arn"])
        self.register_outputs({"role_arn": self.role_arn})

"""What a destroy must not take: one decision for everything that holds data."""

import enum

import pulumi


class Durability(enum.Enum):
    """How a stateful resource outlives the stack."""

    DISPOSABLE = "disposable"
    """Destroyed with the stack, contents and all."""
    KEEP = "keep"
    """Left behind in AWS when the stack goes or the resource is replaced."""
    PROTECTED = "protected"
    """Left behind, and Pulumi refuses to delete or replace it until it is unprotected."""


def stateful(
    parent: pulumi.Resource,
    durability: Durability,
    *,
    depends_on: list[pulumi.Resource] | None = None,
) -> pulumi.ResourceOptions:
    """Options of a stateful child of `parent`.

    https://www.pulumi.com/docs/iac/concepts/resources/options/retainondelete/
    """
    return pulumi.ResourceOptions(
        parent=parent,
        depends_on=depends_on,
        protect=durability is Durability.PROTECTED,
        retain_on_delete=durability is not Durability.DISPOSABLE,
    )


def setting_of_stateful(
    parent: pulumi.Resource,
    durability: Durability,
    *,
    depends_on: list[pulumi.Resource] | None = None,
) -> pulumi.ResourceOptions:
    """Options of what configures a stateful resource, such as a bucket's policy or encryption.

    It is left behind together with the resource, which would stand open without it; it holds
    nothing, so it needs no protection of its own.
    """
    return pulumi.ResourceOptions(
        parent=parent,
        depends_on=depends_on,
        retain_on_delete=durability is not Durability.DISPOSABLE,
    )

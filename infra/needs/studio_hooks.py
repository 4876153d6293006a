"""Hooks by which what is of Studio goes in order, when the stack or a person leaves.

They belong to types, not to one component, and are there in every run of the program: so what is
no longer in the stack file goes in order as well.

https://www.pulumi.com/docs/iac/concepts/options/hooks/
"""

import asyncio
from collections.abc import Callable

import pulumi

from components.common.aws_client import aws_client
from components.common.durability import Durability
from components.platform.studio.emptying import empty_domain, empty_profile, empty_space
from components.platform.studio.leftovers import clear_network
from infra.needs.tags import Transformation

DOMAIN = "aws:sagemaker/domain:Domain"
PROFILE = "aws:sagemaker/userProfile:UserProfile"
SPACE = "aws:sagemaker/space:Space"


def studio_hooks(durability: Durability, region: str) -> dict[str, pulumi.ResourceHookBinding]:
    """The hooks of each type of Studio's.

    Where data is kept, spaces are not deleted: their disks would go with them.
    """
    takes = durability is Durability.DISPOSABLE

    def profile(args: pulumi.ResourceHookArgs) -> None:
        old = args.old_outputs or {}
        empty_profile(_sagemaker(), old["domainId"], old["userProfileName"], takes_disks=takes)

    def space(args: pulumi.ResourceHookArgs) -> None:
        old = args.old_outputs or {}
        empty_space(_sagemaker(), old["domainId"], old["spaceName"], takes_disks=takes)

    def domain(args: pulumi.ResourceHookArgs) -> None:
        empty_domain(_sagemaker(), args.id, takes_disks=takes)

    def cleared(args: pulumi.ResourceHookArgs) -> None:
        old = args.old_outputs or {}
        clear_network(
            aws_client("ec2", region),
            aws_client("efs", region),
            domain_id=args.id,
            vpc_id=old["vpcId"],
            file_system_id=old.get("homeEfsFileSystemId") or "",
        )

    def _sagemaker() -> object:
        return aws_client("sagemaker", region)

    return {
        PROFILE: pulumi.ResourceHookBinding(before_delete=[_hook("studio-profile", profile)]),
        SPACE: pulumi.ResourceHookBinding(before_delete=[_hook("studio-space", space)]),
        DOMAIN: pulumi.ResourceHookBinding(
            before_delete=[_hook("studio-domain", domain)],
            after_delete=[_hook("studio-network", cleared)],
        ),
    }


def emptying(hooks: dict[str, pulumi.ResourceHookBinding]) -> Transformation:
    """What gives every resource the hooks of its type."""

    def hooked(
        args: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        if args.type_ not in hooks:
            return None
        with_hooks = pulumi.ResourceOptions(hooks=hooks[args.type_])
        return pulumi.ResourceTransformationResult(
            args.props, pulumi.ResourceOptions.merge(args.opts, with_hooks)
        )

    return hooked


def _hook(name: str, act: Callable[[pulumi.ResourceHookArgs], None]) -> pulumi.ResourceHook:
    async def hook(args: pulumi.ResourceHookArgs) -> None:
        await asyncio.to_thread(act, args)

    return pulumi.ResourceHook(name, hook)

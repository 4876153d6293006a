"""What is there already: one's own is taken up again, and somebody else's is used as it is."""

import re

import pulumi

from infra.environment import Environment
from infra.kept import Kept
from infra.needs.tags import Transformation


def adopting(kept: Kept) -> Transformation:
    """What has the engine import a resource that outlives its stack, where it is there already.

    An import is followed by an update to what is declared, in one deployment:
    https://www.pulumi.com/docs/iac/concepts/options/import/
    """

    def adopted(
        args: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        if not args.opts.retain_on_delete:
            return None
        inputs = {_camel_case(key): value for key, value in args.props.items()}
        if not (id_ := kept(args.type_, args.name, inputs)):
            return None
        adoption = pulumi.ResourceOptions(import_=id_)
        return pulumi.ResourceTransformationResult(
            args.props, pulumi.ResourceOptions.merge(args.opts, adoption)
        )

    return adopted


def used(env: Environment, type_: str, name: str, about: str = "") -> str:
    """What the account has already of a type of which it has one; empty where it is to be made.

    `name` is the logical name that it has where the stack makes it. The engine tells of what is
    used, in previews as well.
    """
    found = env.live.found(type_, name, about)
    if found:
        pulumi.log.info(f"{name} is not made: the account has {found}, which is used as it is")
    return found


def _camel_case(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)

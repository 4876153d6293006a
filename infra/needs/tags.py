"""Tags: what everything of an environment bears, so that its cost can be told apart.

The environment's own tags are the provider's defaults. A need and a model add theirs to every
resource below them by a transformation, which children inherit:
https://www.pulumi.com/docs/iac/concepts/resources/options/transformations/
"""

from collections.abc import Callable, Mapping
from typing import cast

import pulumi

NEED = "maslow:need"
MODEL = "maslow:model"
TEAM = "maslow:team"
"""Tag of what is a team's: its cost is told apart by it, and shared files know its roles by it."""

Transformation = Callable[
    [pulumi.ResourceTransformationArgs], pulumi.ResourceTransformationResult | None
]

UNTAGGED = frozenset({"aws:s3/bucketObjectv2:BucketObjectv2"})
"""Types that bear no tags although they could.

S3 takes ten tags for an object, bills each, and allocates cost by those of the bucket:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
"""
OTHERWISE_TAGGED = frozenset({"aws:autoscaling/group:Group"})
"""Types whose tags are no map; the provider's defaults reach them no more than these."""


def tagging(tags: Mapping[str, str]) -> Transformation:
    """What adds tags to every resource that takes them; tags that it has already stay.

    What takes tags has the input, given or not. Of `UNTAGGED` types, it keeps the provider's
    defaults away too.
    """

    def tagged(
        args: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        props = args.props
        if "tags" not in props or args.type_ in OTHERWISE_TAGGED:
            return None
        if args.type_ in UNTAGGED:
            added: dict[str, object] = {"override_provider": {"default_tags": {"tags": {}}}}
        else:
            own = cast("Mapping[str, str]", props["tags"] or {})
            added = {"tags": {**tags, **own}}
        return pulumi.ResourceTransformationResult({**props, **added}, args.opts)

    return tagged

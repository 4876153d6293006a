"""What stands for one need in the tree of resources."""

import pulumi
import pulumi_aws as aws


class Need(pulumi.ComponentResource):
    """One need of the hierarchy: it groups its components in every tree that Pulumi draws."""

    def __init__(self, name: str, provider: aws.Provider) -> None:
        super().__init__(
            "maslow:index:Need", name, None, pulumi.ResourceOptions(providers=[provider])
        )

    def owns(self) -> pulumi.ResourceOptions:
        """Options of a component that serves this need."""
        return pulumi.ResourceOptions(parent=self)

"""Who opens Studio where IAM signs people in: each person their own profile, as their persona."""

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.iam import Document, allow, allow_everywhere, document, rendered
from components.platform.studio.team import MEMBER_TAG, PERSONA_TAG


class StudioEntryArgs(PlacedArgs):
    """Whose roles open profiles of a domain."""

    domain_id: pulumi.Input[str]
    """The domain."""
    role_arns: dict[str, pulumi.Input[str]]
    """ARNs of the roles that people sign in to, by persona."""


def entry_policy(*, persona: str, domain_id: str, account_id: str, region: str) -> Document:
    """Ask for a link to the profile of whoever came, if it is one of this persona.

    Who came is the source identity of the session: it is said as the role is taken, where the
    role's trust holds it against the user's name, and no session changes it. A session without one
    opens nothing. The permission is asked for again with each request of Studio's pages.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedDomainUrl.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
    """
    profiles = f"arn:aws:sagemaker:{region}:{account_id}:user-profile/{domain_id}/*"
    return document(
        allow(
            ["sagemaker:CreatePresignedDomainUrl"],
            [profiles],
            when={
                "StringEquals": {
                    f"sagemaker:ResourceTag/{MEMBER_TAG}": "${aws:SourceIdentity}",
                    f"sagemaker:ResourceTag/{PERSONA_TAG}": persona,
                }
            },
            sid="OwnProfile",
        ),
        allow_everywhere(
            ["sagemaker:ListDomains"],
            reason="SageMaker lists domains per account",
            when={"StringEquals": {"aws:RequestedRegion": region}},
        ),
    )


class StudioEntry(pulumi.ComponentResource):
    """The right of personas' roles to open Studio, each person their own profile.

    https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html
    """

    def __init__(
        self, name: str, args: StudioEntryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:StudioEntry", name, None, opts)
        for persona, arn in args["role_arns"].items():
            aws.iam.RolePolicy(
                f"{name}-{persona}",
                role=pulumi.Output.from_input(arn).apply(lambda arn: arn.rpartition("/")[2]),
                policy=rendered(
                    entry_policy,
                    persona=persona,
                    domain_id=args["domain_id"],
                    account_id=args["account_id"],
                    region=args["region"],
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})

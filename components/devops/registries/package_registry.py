"""Where builds get Python packages: a repository of their own, which fetches what it lacks."""

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.durability import Durability, setting_of_stateful, stateful
from components.common.iam import Document, allow, allow_everywhere, deny, document, rendered

DOMAIN_LIMIT = 50
PUBLIC, TEAM = "pypi-store", "python"
"""Names of the repositories within the domain: what comes from PyPI, and what builds use."""


def domain_policy(*, domain_arn: str, account_id: str) -> Document:
    """Who may use the domain: this account's identities, as far as their own policies go.

    The refusal holds even where somebody opens a repository of the domain to another account.
    https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html
    """
    return document(
        allow(
            ["codeartifact:DescribeDomain", "codeartifact:GetAuthorizationToken"],
            [domain_arn],
            principal={"AWS": f"arn:aws:iam::{account_id}:root"},
            sid="OwnAccount",
        ),
        deny(
            ["codeartifact:*"],
            [domain_arn],
            principal="*",
            when={"StringNotEquals": {"aws:PrincipalAccount": account_id}},
            sid="NobodyElse",
        ),
    )


def read_packages(*, domain_arn: str, repository_arn: str) -> Document:
    """What installing packages takes: a token, and reading one repository with its upstreams.

    https://docs.aws.amazon.com/codeartifact/latest/ug/auth-and-access-control-iam-identity-based-access-control.html
    """
    return document(
        allow(["codeartifact:GetAuthorizationToken"], [domain_arn]),
        allow(
            [
                "codeartifact:DescribeRepository",
                "codeartifact:GetRepositoryEndpoint",
                "codeartifact:ReadFromRepository",
            ],
            [repository_arn],
        ),
        allow_everywhere(
            ["sts:GetServiceBearerToken"],
            reason="a token is no resource; the condition narrows it to CodeArtifact's",
            when={"StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"}},
        ),
    )


def login_commands(*, domain: str, owner: str, repository: str, region: str) -> list[str]:
    """The shell commands after which pip installs from the repository, for twelve hours.

    The values may name environment variables of the shell.
    https://docs.aws.amazon.com/codeartifact/latest/ug/python-configure-pip.html
    """
    where = f'--domain "{domain}" --domain-owner "{owner}" --repository "{repository}"'
    return [f'aws codeartifact login --tool pip {where} --region "{region}"']


class PackageRegistryArgs(AccountArgs):
    """What a package registry needs to know."""

    domain: str
    """Name of the domain within account and region: 2 to 50 small letters, digits and hyphens."""
    key_arn: pulumi.Input[str]
    """KMS key that encrypts the packages; its policy must let CodeArtifact's callers make
    grants."""
    durability: Durability
    """Whether the packages outlive the stack."""


class PackageRegistry(pulumi.ComponentResource):
    """A CodeArtifact domain with a repository for builds, whose upstream mirrors PyPI.

    A package that came through once stays: a build is the same after its upstream has lost it.
    What a team publishes goes into its own repository, and never into the mirror.

    https://docs.aws.amazon.com/codeartifact/latest/ug/repos-upstream.html
    """

    domain: pulumi.Output[str]
    """Name of the domain."""
    domain_arn: pulumi.Output[str]
    repository: pulumi.Output[str]
    """Name of the repository that builds use, known once the domain's policy is in place."""
    repository_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: PackageRegistryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:PackageRegistry", name, None, opts)
        domain = aws.codeartifact.Domain(
            f"{name}-domain",
            domain=args["domain"],
            encryption_key=args["key_arn"],
            opts=stateful(self, args["durability"]),
        )
        policy = aws.codeartifact.DomainPermissions(
            f"{name}-policy",
            domain=domain.domain,
            policy_document=rendered(
                domain_policy, domain_arn=domain.arn, account_id=args["account_id"]
            ),
            opts=setting_of_stateful(self, args["durability"]),
        )
        public = aws.codeartifact.Repository(
            f"{name}-{PUBLIC}",
            domain=domain.domain,
            repository=PUBLIC,
            description="What came from PyPI",
            external_connections={"external_connection_name": "public:pypi"},
            opts=stateful(self, args["durability"]),
        )
        team = aws.codeartifact.Repository(
            f"{name}-{TEAM}",
            domain=domain.domain,
            repository=TEAM,
            description="What builds install",
            upstreams=[{"repository_name": public.repository}],
            opts=stateful(self, args["durability"], depends_on=[policy]),
        )
        self.domain = domain.domain
        self.domain_arn = domain.arn
        self.repository = team.repository
        self.repository_arn = team.arn
        self.register_outputs(
            {
                "domain": self.domain,
                "domain_arn": self.domain_arn,
                "repository": self.repository,
                "repository_arn": self.repository_arn,
            }
        )

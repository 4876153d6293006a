"""Where the platform's code comes from."""

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from infra.settings.base import BucketName, KeyArn, Settings, arn_of, matching, only_one
from infra.settings.mistakes import refusal

PROVIDERS = {
    "github": "GitHub",
    "gitlab": "GitLab",
    "bitbucket": "Bitbucket",
    "codecommit": "CodeCommit",
    "s3": "S3",
}
"""Setting to the host's name; of the first three it is the ProviderType of CodeConnections.

https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_CreateConnection.html
"""
CONNECTED = ("github", "gitlab", "bitbucket")


repository_path = matching(
    r"[\w.-]+(/[\w.-]+)+",
    "is not a repository",
    "Write it as owner/repository.",
)
"""Refuses what is no `owner/repository`; GitLab's groups may nest."""


two_parts = matching(r"[^/]*/[^/]*", "is not a repository", "Write it as owner/repository.")
"""Refuses a nested path, which GitHub and Bitbucket do not have."""


codecommit_name = matching(
    r"(?!.*[.]git$)[\w.-]{1,100}",
    "is no name of a repository in CodeCommit",
    "It has 1 to 100 letters, digits and . _ -, and does not end in .git.",
)
"""Refuses what CodeCommit takes for no repository's name.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateRepository.html
"""


Repository = Annotated[str, AfterValidator(repository_path)]
FlatRepository = Annotated[Repository, AfterValidator(two_parts)]
CodeCommitName = Annotated[str, AfterValidator(codecommit_name)]
ConnectionArn = Annotated[
    str, arn_of("(codeconnections|codestar-connections)", "connection/[a-z0-9-]+")
]


class S3Source(Settings):
    """A ZIP file in a bucket that keeps versions and sends its events to EventBridge."""

    bucket: BucketName = Field(description="The bucket.")
    key: str = Field(min_length=1, max_length=1024, description="Key of the ZIP file in it.")
    kms_key: KeyArn | None = Field(
        None, description="ARN of the KMS key that encrypts it, if that is one of yours."
    )


class Source(Settings):
    """The repository of the platform; give exactly one, and to a connected one its connection."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [home]} for home in PROVIDERS]}
    )

    github: FlatRepository | None = Field(None, description="owner/repository on GitHub.")
    gitlab: Repository | None = Field(None, description="group/project on GitLab.")
    bitbucket: FlatRepository | None = Field(None, description="workspace/repository on Bitbucket.")
    codecommit: CodeCommitName | None = Field(
        None, description="Name of a repository in CodeCommit, in the environment's account."
    )
    s3: S3Source | None = Field(None, description="A ZIP file in S3.")
    connection: ConnectionArn | None = Field(
        None,
        description="ARN of a connection that is there already; without it, one is made.",
    )

    @model_validator(mode="after")
    def _one_home(self) -> Self:
        only_one(self, PROVIDERS)
        if self.connection and not self.connected:
            raise refusal(
                f"{self.home} is reached without a connection.",
                f"Leave connection out; it is for {', '.join(CONNECTED)}.",
            )
        return self

    @property
    def home(self) -> str:
        """The setting that says where the repository is, such as `github`."""
        return next(home for home in PROVIDERS if getattr(self, home))

    @property
    def connected(self) -> bool:
        """Whether it is reached by CodeConnections."""
        return self.home in CONNECTED

    @property
    def provider(self) -> str:
        """The host's name, as AWS writes it: GitHub, GitLab, Bitbucket, CodeCommit or S3."""
        return PROVIDERS[self.home]

    @property
    def repository(self) -> str:
        """`owner/repository`; in CodeCommit the name alone, in S3 the bucket's."""
        repository: str = self.s3.bucket if self.s3 else getattr(self, self.home)
        return repository

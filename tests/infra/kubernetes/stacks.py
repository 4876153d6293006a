"""Stack files with a cluster, for the tests of what is told of it."""

from infra.settings import StackFile, from_config

REGION = "eu-west-1"
ADMIN = "arn:aws:iam::123456789012:role/admin"


def stack(cloud="aws", **settings) -> StackFile:
    """The environment dev with a cluster of these settings."""
    return _dev(cloud=cloud, kubernetes=settings)


def without() -> StackFile:
    """The environment dev without a cluster."""
    return _dev()


def _dev(**more) -> StackFile:
    values = {
        "owner": "ml@example.com",
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
        "access": {"personas": {"platform-engineer": [ADMIN], "data-scientist": [ADMIN]}},
        **more,
    }
    return from_config(values, REGION, "dev")

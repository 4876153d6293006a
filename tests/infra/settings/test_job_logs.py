import pytest

from infra.settings import from_config

PLATFORM = {
    "owner": "ml-platform@example.com",
    "network": {"cidr": "10.10.0.0/16"},
    "source": {"github": "example/platform"},
}
DEV, PROD = "111111111111", "222222222222"


def job_logs(**settings):
    return from_config({**PLATFORM, **settings}, "eu-west-1", "dev").platform.job_logs("dev")


@pytest.mark.parametrize(
    ("settings", "who"),
    [
        ({}, "unknown"),
        ({"accounts": {"dev": DEV, "prod": PROD}}, "here"),
        ({"accounts": {"dev": DEV, "prod": DEV}}, "unknown"),
        ({"cloud": "embedded"}, "here"),
        ({"logs": {"jobs": True}}, "here"),
        ({"logs": {"jobs": False}, "accounts": {"dev": DEV, "prod": PROD}}, "elsewhere"),
    ],
)
def test_the_log_groups_of_jobs_are_declared_once_an_account(settings, who):
    assert job_logs(**settings) == who

"""Where images and packages come from."""

import pytest

LOGIN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/hub-a1b2c3"


@pytest.mark.parametrize(
    "registry",
    [
        {},
        {"scanning": "enhanced", "mirrors": ["ecr-public", "kubernetes", "quay"]},
        {"mirrors": [], "packages": False},
        {"logins": {"docker-hub": LOGIN, "github": LOGIN}},
    ],
)
def test_scanning_mirrors_and_packages_are_chosen(found, registry):
    assert found(registry=registry) == []


@pytest.mark.parametrize(
    ("registry", "message"),
    [
        ({"scanning": "deep"}, 'scanning: "deep" is not basic or enhanced.'),
        (
            {"logins": {"docker-hubb": LOGIN}},
            'logins.docker-hubb: "docker-hubb" is not docker-hub, github or gitlab.',
        ),
        (
            {"logins": {"docker-hub": "hub-a1b2c3"}},
            'logins.docker-hub: "hub-a1b2c3" is not the ARN of a secret for ECR.',
        ),
        (
            {"logins": {"docker-hub": LOGIN.replace("ecr-pull", "pull")}},
            f'logins.docker-hub: "{LOGIN[:53]}pullt… is not the ARN of a secret for ECR.',
        ),
    ],
)
def test_what_ecr_would_refuse_is_refused(found, registry, message):
    assert found(registry=registry) == [f"registry.{message}"]


def test_a_mirror_that_wants_a_login_is_no_open_one(found):
    (mistake,) = found(registry={"mirrors": ["docker-hub"]})
    assert mistake.startswith("registry.mirrors[1]: ")

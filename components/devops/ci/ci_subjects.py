"""Which jobs of a host's CI are meant, as the subjects of the tokens that they carry.

https://docs.github.com/en/actions/reference/security/oidc
https://docs.gitlab.com/ci/secrets/id_token_authentication/
"""

from typing import NamedTuple

AUDIENCE = "sts.amazonaws.com"
"""What the tokens are for, so that one that was made for another service is not taken."""


class Subjects(NamedTuple):
    """Whose tokens are taken; never those of all that an owner or a group has."""

    preview: list[str]
    deploy: list[str]


def github_subjects(repository: str, *, default_branch: str, kind: str, what: str) -> Subjects:
    """The jobs of one repository on GitHub.

    `repository` is `owner/name`, with ids where the tokens have them. Previews are those of pull
    requests and of the default branch; GitHub gives no token to a pull request from a fork.
    Deployments are those of the environment, branch or tag (the `kind`) called `what`.
    """
    deploys = {
        "environment": f"environment:{what}",
        "branch": f"ref:refs/heads/{what}",
        "tag": f"ref:refs/tags/{what}",
    }[kind]
    return Subjects(
        [f"repo:{repository}:pull_request", f"repo:{repository}:ref:refs/heads/{default_branch}"],
        [f"repo:{repository}:{deploys}"],
    )


def gitlab_subjects(project: str, *, kind: str, what: str) -> Subjects:
    """The jobs of one project on GitLab.

    The tokens of merge requests bear the branch that is to be merged, so that any branch of the
    project previews; the pipeline of a fork bears the fork's own path, and is refused. Deployments
    are those of the branch or tag (the `kind`) called `what`.
    """
    path = f"project_path:{project}:ref_type"
    return Subjects([f"{path}:branch:ref:*"], [f"{path}:{kind}:ref:{what}"])

"""What CodeBuild runs in the delivery of a model, as buildspecs.

They are the same for every model: what differs is told by variables. Whatever judges a revision or
writes where others read lies in the project's own buildspec, scripts included, and not in the
repository.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from functools import cache
from pathlib import Path
from typing import Any

from components.devops.delivery.buildspec import PIP_CACHE, PYTHON, Buildspec
from components.devops.registries.package_registry import login_commands

RUNTIME = Path(__file__).parent / "runtime"
MINUTES = {"Check": 60, "Image": 120, "Evaluate": 15}
"""How long each build may take."""


def check(*, packages: bool) -> Buildspec:
    """Lint and test the project, and publish the code of the revision for its training.

    With `packages`, what is installed comes from the environment's own repository.
    """
    spec = _buildspec(
        install=[
            *_login(packages),
            'cd "$CODEBUILD_SRC_DIR/$PROJECT"',
            "python3 -m pip install --quiet --requirement requirements-dev.txt",
        ],
        build=[
            'cd "$CODEBUILD_SRC_DIR/$PROJECT"',
            "ruff check .",
            "ruff format --check .",
            "python3 -m pytest",
            'cd "$CODEBUILD_SRC_DIR"',
            *script("publish_code"),
        ],
        exports=["CODE_URI", "DEFINITION"],
    )
    return spec | {"cache": {"paths": [PIP_CACHE]}}


def image(*, packages: bool) -> Buildspec:
    """Build the project's image, tagged with its revision, and have ECR scan it.

    A revision whose image is there is not built again, for its tag could not move. SageMaker takes
    no image index, which is what an attestation of provenance makes of an image. The image before
    is the cache: each carries the layers' origins (BUILDKIT_INLINE_CACHE).

    https://docs.docker.com/build/cache/backends/inline/
    """
    index = ['export PIP_INDEX_URL="$(python3 -m pip config get global.index-url)"']
    return _buildspec(
        install=[
            *_login(packages),
            *(index if packages else ['export PIP_INDEX_URL=""']),  # pip's own, where it is empty
            *(_docker_login(image) for image in ("REPOSITORY", "BASE_IMAGE")),
        ],
        build=[
            'cd "$CODEBUILD_SRC_DIR/$PROJECT"',
            # A version of an object in S3 may begin with what no tag does.
            'export IMAGE_TAG="${REVISION/#[.-]/_}"',
            'export IMAGE_URI="$REPOSITORY:$IMAGE_TAG"',
            _BUILD,
            *script("scan_image"),
        ],
        exports=["IMAGE_URI"],
    )


_BUILD = """\
set -e
images() {
  aws ecr describe-images --repository-name "$REPOSITORY_NAME" --output text "$@"
}
if ! images --image-ids "imageTag=$IMAGE_TAG" > /dev/null 2>&1; then
  before="$(images --query 'sort_by(imageDetails[?imageTags], &imagePushedAt)[-1].imageTags[0]')"
  docker build . --tag "$IMAGE_URI" --provenance=false \\
    --build-arg BASE_IMAGE="$BASE_IMAGE" --build-arg BUILDKIT_INLINE_CACHE=1 \\
    --cache-from "$REPOSITORY:${before/#None/none}" \\
    --secret id=pip_index_url,env=PIP_INDEX_URL
  docker push "$IMAGE_URI"
fi
set +e"""


def evaluate() -> Buildspec:
    """Judge the version that the training registered."""
    return _buildspec(
        install=[],
        build=script("evaluate_version"),
        exports=["MODEL_PACKAGE", "VERSION", "METRICS", "LIVE"],
    )


@cache
def script(name: str) -> list[str]:
    """The commands that run a script of `runtime/`, and take over what it exports."""
    text = (RUNTIME / f"{name}.py").read_text()
    return [f"python3 - > /tmp/{name}.sh <<'PYTHON'\n{text}PYTHON\n", f". /tmp/{name}.sh"]


def _docker_login(image: str) -> str:
    """Log in to the registry of the image that a variable names."""
    return (
        "aws ecr get-login-password"
        f' | docker login --username AWS --password-stdin "${{{image}%%/*}}"'
    )


def _login(packages: bool) -> list[str]:
    if not packages:
        return []
    return login_commands(
        domain="$PACKAGE_DOMAIN",
        owner="$PACKAGE_OWNER",
        repository="$PACKAGE_REPOSITORY",
        region="$AWS_REGION",
    )


def _buildspec(*, install: list[str], build: list[str], exports: list[str]) -> Buildspec:
    phases: dict[str, Any] = {"build": {"commands": build}}
    if install:
        phases = {
            "install": {"runtime-versions": {"python": PYTHON}, "commands": install},
            **phases,
        }
    return {
        "version": 0.2,
        "env": {"shell": "bash", "exported-variables": exports},
        "phases": phases,
    }

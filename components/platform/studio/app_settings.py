"""What Studio's apps are like: when they stop, what they start on, and what is hidden of them."""

import enum
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import pulumi

from components.common.limits import STUDIO_DISK_GB, STUDIO_IDLE_MINUTES


class StudioApp(enum.Enum):
    """A kind of app that people start."""

    JUPYTER_LAB = "JupyterLab"
    CODE_EDITOR = "CodeEditor"


APPS = tuple(app.value for app in StudioApp)
"""What people start; all other kinds of apps are hidden, and no role may start them."""
HIDDEN_APPS = (
    *("Canvas", "JupyterServer", "KernelGateway", "RStudioServerPro", "RSessionGateway"),
    *("DetailedProfiler", "TensorBoard"),
)
SMALLEST_DISK_GB = STUDIO_DISK_GB[0]


class OfferedImageArgs(TypedDict):
    """An image of a team's own that people may start an app in."""

    image_name: pulumi.Input[str]
    """Name of the image."""
    image_version_number: pulumi.Input[int]
    """Number of its version."""
    app_image_config_name: pulumi.Input[str]
    """Name of the configuration that starts it as such an app."""


def idle_stop(minutes: int) -> dict[str, Any]:
    """Stop an app after so many minutes without use, or fewer where its owner wants; never more.

    https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-idle-shutdown-setup.html
    """
    return {
        "idle_settings": {
            "lifecycle_management": "ENABLED",
            "idle_timeout_in_minutes": minutes,
            "min_idle_timeout_in_minutes": STUDIO_IDLE_MINUTES[0],
            "max_idle_timeout_in_minutes": minutes,
        }
    }


def user_settings(
    *,
    idle_minutes: int,
    disk_gb: int,
    instances: Sequence[str],
    repositories: Sequence[str] = (),
    setups: Mapping[str, pulumi.Input[str]] | None = None,
    images: Mapping[str, Sequence[OfferedImageArgs]] | None = None,
) -> dict[str, Any]:
    """The settings of a domain or a profile, but for its role and its security groups.

    An app starts on the first of `instances` unless its owner chooses another one of them. A disk
    begins with the smallest size there is, and may have `disk_gb`. Files in the home directory of
    EFS are mounted into every space, beside the space's own disk. `setups` are the ARNs of the
    lifecycle configurations that apps start with, and `images` those that people may start them
    in beside SageMaker's own, by kind of app, of those in APPS.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UserSettings.html
    """
    jupyter, editor = (
        {
            **_app(idle_minutes, instances[0], (setups or {}).get(kind)),
            **({"custom_images": [*offered]} if (offered := (images or {}).get(kind)) else {}),
        }
        for kind in APPS
    )
    cloned = [{"repository_url": url} for url in repositories]
    return {
        "studio_web_portal": "ENABLED",
        "default_landing_uri": "studio::",
        "auto_mount_home_efs": "Enabled",
        "jupyter_lab_app_settings": {
            **jupyter,
            **({"code_repositories": cloned} if cloned else {}),
        },
        "code_editor_app_settings": editor,
        "space_storage_settings": {
            "default_ebs_storage_settings": {
                "default_ebs_volume_size_in_gb": SMALLEST_DISK_GB,
                "maximum_ebs_volume_size_in_gb": disk_gb,
            }
        },
        "studio_web_portal_settings": {"hidden_app_types": list(HIDDEN_APPS)},
    }


def _app(idle_minutes: int, instance: str, setup: pulumi.Input[str] | None) -> dict[str, Any]:
    """What a kind of app starts on and with, and when it stops."""
    spec: dict[str, Any] = {"instance_type": instance}
    app = {"app_lifecycle_management": idle_stop(idle_minutes), "default_resource_spec": spec}
    if setup is None:
        return app
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceSpec.html
    spec["lifecycle_config_arn"] = setup
    return {**app, "lifecycle_config_arns": [setup]}

"""Where the images and packages of an environment are."""

from dataclasses import dataclass

import pulumi

from components.devops.registries.image_registry import UNTAGGED_DAYS, ImageRegistry
from components.devops.registries.image_scanning import ImageScanning, Scanning
from components.devops.registries.package_registry import DOMAIN_LIMIT, PackageRegistry
from components.devops.registries.pull_through import PREFIX_LIMIT, MirrorArgs, PullThrough
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.needs import peers
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings
from infra.settings.devops.registry import Registry


@dataclass(frozen=True)
class Registries:
    """Where builds put images, and get packages from."""

    images: ImageRegistry
    packages: PackageRegistry | None
    """None where builds get their packages from PyPI itself."""


def declare(
    platform: PlatformSettings, env: Environment, foundation: Foundation, need: Need
) -> Registries:
    """Declare the registries of an environment, and who is notified of findings."""
    settings = platform.registry
    key_arn = foundation.keys[DataClass.ARTIFACTS].arn
    images = env.component(ImageRegistry)(
        env.names("images"),
        {
            "key_arn": key_arn,
            "durability": env.durability,
            "readers": peers.servers(env, [model.name for model in platform.models]),
        },
        need.child_options(),
    )
    env.component(ImageScanning)(
        env.names("image-scanning"),
        {
            "scanning": Scanning(settings.scanning),
            "repositories": env.names(""),
            "scanned": f"{env.names.project}-*",
            "alert_topic_arn": foundation.alerts.warning_arn,
        },
        need.child_options(),
    )
    if wanted := mirrors(settings, env):
        mirrored = env.component(PullThrough)(
            env.names("mirrors"),
            {
                "mirrors": wanted,
                "key_arn": key_arn,
                "account_id": env.account_id,
                "region": env.region,
                "untagged_days": UNTAGGED_DAYS,
            },
            need.child_options(),
        )
        pulumi.export("image_mirrors", mirrored.urls)
    packages = None
    if settings.packages:
        packages = env.component(PackageRegistry)(
            env.names("packages"),
            {
                "domain": env.names("packages", limit=DOMAIN_LIMIT),
                "key_arn": key_arn,
                "account_id": env.account_id,
                "durability": env.durability,
            },
            need.child_options(),
        )
        pulumi.export("package_repository", packages.repository_arn)
    pulumi.export("image_repository", images.repository_url)
    return Registries(images, packages)


def mirrors(settings: Registry, env: Environment) -> list[MirrorArgs]:
    """Mirrors in an order that no rewording of the file changes.

    Their names begin as all of the environment's do, by which permissions find them.
    """

    def prefix(upstream: str) -> str:
        return env.names(upstream, limit=PREFIX_LIMIT)

    open_: list[MirrorArgs] = [
        {"upstream": upstream, "prefix": prefix(upstream)} for upstream in settings.mirrors
    ]
    closed: list[MirrorArgs] = [
        {"upstream": upstream, "prefix": prefix(upstream), "secret_arn": secret}
        for upstream, secret in settings.logins.items()
    ]
    return sorted(open_ + closed, key=lambda mirror: mirror["upstream"])

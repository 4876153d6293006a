"""What goes before a profile, a space or a domain of Studio does: apps, then spaces.

People start apps and make spaces themselves, so the stack does not know them; SageMaker deletes no
profile and no domain that has any. Who deploys makes these calls, from hooks.

https://docs.aws.amazon.com/sagemaker/latest/dg/gs-studio-delete-domain.html
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Values = Mapping[str, Any]

POLL_SECONDS = 5
WAIT_SECONDS = 900
DELETED = ("Deleted", "Failed")
"""States of an app that stands in nobody's way."""


class KeepsDisks(Exception):
    """Spaces would take what is on their disks with them, which the stack file keeps."""


class StillThere(Exception):
    """AWS has not deleted something within the time that it was given."""


def empty_profile(sagemaker: Any, domain_id: str, profile: str, *, takes_disks: bool) -> None:
    """Delete a profile's apps and spaces. Raises KeepsDisks, StillThere."""
    owned = [
        space["SpaceName"]
        for space in _spaces(sagemaker, domain_id)
        if space.get("OwnershipSettingsSummary", {}).get("OwnerUserProfileName") == profile
    ]
    _empty(
        sagemaker,
        domain_id,
        owned,
        lambda app: app.get("UserProfileName") == profile or app.get("SpaceName") in owned,
        takes_disks=takes_disks,
    )


def empty_space(sagemaker: Any, domain_id: str, space: str, *, takes_disks: bool) -> None:
    """Delete the apps that run in a space, which is then deleted itself.

    Raises KeepsDisks, StillThere.
    """
    if not takes_disks:
        raise KeepsDisks(_kept(domain_id, [space]))
    _delete_apps(sagemaker, domain_id, lambda app: app.get("SpaceName") == space)


def empty_domain(sagemaker: Any, domain_id: str, *, takes_disks: bool) -> None:
    """Delete all apps and spaces of a domain. Raises KeepsDisks, StillThere."""
    spaces = [space["SpaceName"] for space in _spaces(sagemaker, domain_id)]
    _empty(sagemaker, domain_id, spaces, lambda _: True, takes_disks=takes_disks)


def _empty(
    sagemaker: Any,
    domain_id: str,
    spaces: Sequence[str],
    meant: Callable[[Values], bool],
    *,
    takes_disks: bool,
) -> None:
    if spaces and not takes_disks:
        raise KeepsDisks(_kept(domain_id, spaces))
    _delete_apps(sagemaker, domain_id, meant)
    for space in spaces:
        sagemaker.delete_space(DomainId=domain_id, SpaceName=space)
    await_none(
        lambda: [
            f"the space {one['SpaceName']}"
            for one in _spaces(sagemaker, domain_id)
            if one["SpaceName"] in spaces
        ]
    )


def _delete_apps(sagemaker: Any, domain_id: str, meant: Callable[[Values], bool]) -> None:
    def there() -> list[Values]:
        return [
            app
            for page in sagemaker.get_paginator("list_apps").paginate(DomainIdEquals=domain_id)
            for app in page["Apps"]
            if app["Status"] not in DELETED and meant(app)
        ]

    for app in there():
        if app["Status"] != "Deleting":
            holder = {key: app[key] for key in ("UserProfileName", "SpaceName") if app.get(key)}
            sagemaker.delete_app(
                DomainId=domain_id, AppType=app["AppType"], AppName=app["AppName"], **holder
            )
    await_none(lambda: [f"the app {app['AppName']} ({app['AppType']})" for app in there()])


def _spaces(sagemaker: Any, domain_id: str) -> list[Values]:
    pages = sagemaker.get_paginator("list_spaces").paginate(DomainIdEquals=domain_id)
    return [space for page in pages for space in page["Spaces"]]


def _kept(domain_id: str, spaces: Sequence[str]) -> str:
    one = len(spaces) == 1
    return (
        f"the space{'' if one else 's'} {', '.join(sorted(spaces))} of {domain_id} "
        f"{'has a disk' if one else 'have disks'} that would be lost, and durability says to keep "
        "data. Once the work is elsewhere, delete "
        f"{'it' if one else 'them'} in Studio (aws sagemaker delete-space --domain-id {domain_id} "
        f"--space-name {sorted(spaces)[0]}), or set durability: disposable"
    )


def await_none(there: Callable[[], Sequence[str]]) -> None:
    """Wait until nothing of it is there. Raises StillThere, naming what is."""
    deadline = time.monotonic() + WAIT_SECONDS
    while left := there():
        if time.monotonic() > deadline:
            raise StillThere(
                f"AWS has not deleted {', '.join(left)} within {WAIT_SECONDS // 60} minutes"
            )
        time.sleep(POLL_SECONDS)

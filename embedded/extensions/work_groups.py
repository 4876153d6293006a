"""Athena's UpdateWorkGroup.

https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateWorkGroup.html
"""

from typing import Any

from moto.athena.responses import AthenaResponse

from embedded.extensions.operations import add

RENAMED = {"ResultConfigurationUpdates": "ResultConfiguration"}
"""Members of the updates that are called otherwise in a workgroup's configuration."""
REMOVE = "Remove"
"""What the members begin with that take another one away."""


def install() -> None:
    """Add the operation to moto's Athena."""
    add(AthenaResponse, update_work_group)


def update_work_group(self: AthenaResponse) -> str | tuple[str, dict[str, int]]:
    """UpdateWorkGroup: what is not named stays."""
    name = self._get_param("WorkGroup")
    group = self.athena_backend.work_groups.get(name)
    if group is None:
        return self.error(f"WorkGroup {name} is not found.", 400)
    if (description := self._get_param("Description")) is not None:
        group.description = description
    if state := self._get_param("State"):
        group.state = state
    updated(group.configuration, self._get_param("ConfigurationUpdates") or {})
    return "{}"


def updated(configuration: dict[str, Any], updates: dict[str, Any]) -> None:
    """Bring a configuration to what the updates say of it."""
    for key, value in updates.items():
        if key.startswith(REMOVE):
            if value:
                configuration.pop(key.removeprefix(REMOVE), None)
        elif key in RENAMED:
            updated(configuration.setdefault(RENAMED[key], {}), value)
        else:
            configuration[key] = value

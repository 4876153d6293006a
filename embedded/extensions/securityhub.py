"""Security Hub: one in a region, and its configuration.

https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_EnableSecurityHub.html
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateSecurityHubConfiguration.html
"""

import json
from typing import Any

from moto.securityhub.exceptions import SecurityHubClientError
from moto.securityhub.models import SecurityHubBackend
from moto.securityhub.responses import SecurityHubResponse

from embedded.extensions.operations import add, kept

CONFIGURED = ("AutoEnableControls", "ControlFindingGenerator")

_enabled_by_moto = SecurityHubBackend.enable_security_hub  # replaced below
_described_by_moto = SecurityHubBackend.describe_hub


def install() -> None:
    """Refuse a second hub, which moto passes over, and keep what a hub is told to do."""
    add(SecurityHubBackend, enable_security_hub, describe_hub)
    add(SecurityHubResponse, update_security_hub_configuration)


def enable_security_hub(self: SecurityHubBackend, *args: Any, **named: Any) -> dict[str, Any]:
    """EnableSecurityHub."""
    if self.enabled:
        raise SecurityHubClientError(
            "ResourceConflictException", "Account is already subscribed to Security Hub"
        )
    kept(self, "configuration").clear()
    return _enabled_by_moto(self, *args, **named)


def describe_hub(self: SecurityHubBackend, hub_arn: str | None = None) -> dict[str, Any]:
    """DescribeHub."""
    return _described_by_moto(self, hub_arn) | kept(self, "configuration")


def update_security_hub_configuration(self: SecurityHubResponse) -> str:
    """UpdateSecurityHubConfiguration."""
    backend = self.securityhub_backend
    backend.describe_hub()  # which refuses where there is none
    asked = json.loads(self.body)
    kept(backend, "configuration").update({key: asked[key] for key in CONFIGURED if key in asked})
    return "{}"

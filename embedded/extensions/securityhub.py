"""Security Hub: one in a region.

https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_EnableSecurityHub.html
"""

from typing import Any

from moto.securityhub.exceptions import SecurityHubClientError
from moto.securityhub.models import SecurityHubBackend

from embedded.extensions.operations import add

_enabled_by_moto = SecurityHubBackend.enable_security_hub  # replaced below


def install() -> None:
    """Refuse a second hub, which moto passes over."""
    add(SecurityHubBackend, enable_security_hub)


def enable_security_hub(self: SecurityHubBackend, *args: Any, **named: Any) -> dict[str, Any]:
    """EnableSecurityHub."""
    if self.enabled:
        raise SecurityHubClientError(
            "ResourceConflictException", "Account is already subscribed to Security Hub"
        )
    return _enabled_by_moto(self, *args, **named)

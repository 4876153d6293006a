"""What the settings of an environment on the embedded AWS begin with, in tests."""

from typing import Any

EMBEDDED: dict[str, Any] = {
    "owner": "ml@example.com",
    "cloud": "embedded",
    "durability": "disposable",
    "network": {"cidr": "10.10.0.0/16", "endpoints": "none"},
    "source": {"github": "example/platform"},
}
"""Nothing but what must be said; a test adds what it is about."""

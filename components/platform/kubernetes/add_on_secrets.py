"""Secrets of add-ons: made within the cluster, or fetched from Secrets Manager; none is in a state.

External Secrets makes each password once, and keeps what comes from Secrets Manager current.
https://external-secrets.io/latest/api/generator/password/
https://external-secrets.io/latest/provider/aws-secrets-manager/
"""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

API, GENERATORS = "external-secrets.io/v1", "generators.external-secrets.io/v1alpha1"
STORE = "secrets-manager"
"""The ClusterSecretStore that reads Secrets Manager."""
ADMIN = "admin"
LENGTH = 32
SYMBOLS = "-_."
"""Of a strong password: what no shell and no address takes for something else."""


class DatabaseArgs(TypedDict):
    """The database of an add-on, which is its owner's."""

    host: str
    """Name of the host."""
    port: int
    """Port."""
    secret_arn: str
    """ARN of the secret in Secrets Manager with `username` and `password`."""


class SecretArgs(TypedDict):
    """A secret of Kubernetes that an add-on finds."""

    name: str
    """Name within the add-on's namespace."""
    keys: dict[str, str]
    """How the value of each key is made: a key of `catalog.add_ons.SECRET_VALUES`."""
    database: NotRequired[DatabaseArgs]
    """The database that some of them tell of."""
    database_name: NotRequired[str]
    """Name of the database there."""


def secret_store(region: str) -> dict[str, Any]:
    """The specification of the store that reads Secrets Manager, as the operator's own role."""
    return {"provider": {"aws": {"service": "SecretsManager", "region": region}}}


def generators(secret: SecretArgs) -> dict[str, dict[str, Any]]:
    """The specification of a generator for each key that is a random text, by the key."""
    random = {"fernet-key": 0, "password": 0, "strong-password": 4}
    return {
        key: {
            "length": LENGTH,
            "digits": 8,
            "symbols": random[kind],
            **({"symbolCharacters": SYMBOLS} if random[kind] else {}),
            "noUpper": False,
            "allowRepeat": True,
        }
        for key, kind in secret["keys"].items()
        if kind in random
    }


def generator_name(secret: SecretArgs, key: str) -> str:
    """The name of the generator of a key."""
    return f"{secret['name']}-{key}"


def external_secret(secret: SecretArgs) -> dict[str, Any]:
    """The specification of an ExternalSecret that makes `secret`.

    One with nothing from a database is made once, so that its passwords stay.
    """
    random = generators(secret)
    sources: list[dict[str, Any]] = [
        {
            "sourceRef": {
                "generatorRef": {
                    "apiVersion": GENERATORS,
                    "kind": "Password",
                    "name": generator_name(secret, key),
                }
            },
            "rewrite": [{"regexp": {"source": "password", "target": _variable(key)}}],
        }
        for key in random
    ]
    spec: dict[str, Any] = {
        "refreshPolicy": "CreatedOnce",
        "target": {
            "name": secret["name"],
            "creationPolicy": "Owner",
            "template": {
                "engineVersion": "v2",
                "data": {key: _template(key, kind, secret) for key, kind in secret["keys"].items()},
            },
        },
        "dataFrom": sources,
    }
    if "database" in secret:
        spec["secretStoreRef"] = {"kind": "ClusterSecretStore", "name": STORE}
        spec["refreshPolicy"], spec["refreshInterval"] = "Periodic", "1h"
        spec["dataFrom"] = [*sources, {"extract": {"key": secret["database"]["secret_arn"]}}]
    return spec


def _template(key: str, kind: str, secret: Mapping[str, Any]) -> str:
    variable = f".{_variable(key)}"
    match kind:
        case "user":
            return ADMIN
        case "fernet-key":
            return f'{{{{ {variable} | b64enc | replace "+" "-" | replace "/" "_" }}}}'
        case "database-user":
            return "{{ .username }}"
        case "database-password":
            return "{{ .password }}"
        case "database-url":
            database = secret["database"]
            place = f"{database['host']}:{database['port']}/{secret['database_name']}"
            return f"postgresql://{{{{ .username }}}}:{{{{ .password | urlquery }}}}@{place}"
        case _:
            return f"{{{{ {variable} }}}}"


def _variable(key: str) -> str:
    """What a template calls a key's random text: a hyphen would be a minus there."""
    return f"made_{key.replace('-', '_')}"

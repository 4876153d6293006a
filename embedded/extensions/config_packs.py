"""Conformance packs, which moto lacks: each makes moto's own rules of its template.

https://docs.aws.amazon.com/config/latest/developerguide/conformance-packs.html
"""

import hashlib
import json
from typing import Any

import yaml
from moto.config.models import ConfigBackend, config_backends
from moto.config.responses import ConfigResponse
from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time

from embedded.extensions.operations import add, kept

PACKS = "maslow_conformance_packs"
RULE = "AWS::Config::ConfigRule"


class NoSuchConformancePack(JsonRESTError):
    """The pack is not there."""

    def __init__(self, name: str) -> None:
        super().__init__("NoSuchConformancePackException", f"No such conformance pack: {name}")


class InvalidTemplate(JsonRESTError):
    """The template is not one of a conformance pack."""

    def __init__(self, why: str) -> None:
        super().__init__("ConformancePackTemplateValidationException", why)


class NoRecorder(JsonRESTError):
    """Nothing is recorded that rules could judge."""

    def __init__(self) -> None:
        super().__init__(
            "NoAvailableConfigurationRecorderException",
            "There is no configuration recorder available to put a conformance pack.",
        )


def install() -> None:
    """Add the operations on conformance packs."""
    add(ConfigResponse, put_conformance_pack, describe_conformance_packs, delete_conformance_pack)


def put_conformance_pack(self: ConfigResponse) -> str:
    """PutConformancePack: the rules of its template, under names that tell the pack's."""
    backend = _backend(self)
    name, template = self._get_param("ConformancePackName"), self._get_param("TemplateBody")
    if not backend.recorders:
        raise NoRecorder
    rules = _rules(template)
    packs = kept(backend, PACKS)
    id_ = f"conformance-pack-{hashlib.sha256(name.encode()).hexdigest()[:9]}"
    arn = f"arn:aws:config:{self.region}:{self.current_account}:conformance-pack/{name}/{id_}"
    before = packs.get(name, {}).get("rules", [])
    made = []
    for rule in rules:
        full = f"{rule['ConfigRuleName']}-{id_}"
        backend.put_config_rule({**rule, "ConfigRuleName": full})
        made.append(full)
    for old in set(before) - set(made):
        backend.delete_config_rule(old)
    packs[name] = {
        "details": {
            "ConformancePackName": name,
            "ConformancePackArn": arn,
            "ConformancePackId": id_,
            "LastUpdateRequestedTime": unix_time(),
        },
        "rules": made,
    }
    return json.dumps({"ConformancePackArn": arn})


def describe_conformance_packs(self: ConfigResponse) -> str:
    """DescribeConformancePacks: all, or those that are named."""
    packs = kept(_backend(self), PACKS)
    wanted = self._get_param("ConformancePackNames") or list(packs)
    for name in wanted:
        if name not in packs:
            raise NoSuchConformancePack(name)
    return json.dumps({"ConformancePackDetails": [packs[name]["details"] for name in wanted]})


def delete_conformance_pack(self: ConfigResponse) -> str:
    """DeleteConformancePack: its rules go with it."""
    backend = _backend(self)
    name = self._get_param("ConformancePackName")
    pack = kept(backend, PACKS).pop(name, None)
    if pack is None:
        raise NoSuchConformancePack(name)
    for rule in pack["rules"]:
        backend.delete_config_rule(rule)
    return "{}"


def _rules(template: str) -> list[dict[str, Any]]:
    """The rules of a template, as PutConfigRule takes them."""
    document = yaml.safe_load(template)
    resources = document.get("Resources") if isinstance(document, dict) else None
    if not resources:
        raise InvalidTemplate("The template has no resources.")
    found = []
    for logical, resource in resources.items():
        if resource.get("Type") != RULE:
            raise InvalidTemplate(f"{logical}: only {RULE} is emulated.")
        rule = dict(resource["Properties"])
        if "InputParameters" in rule:
            rule["InputParameters"] = json.dumps(rule["InputParameters"])
        found.append(rule)
    return found


def _backend(response: ConfigResponse) -> ConfigBackend:
    return config_backends[response.current_account][response.region]

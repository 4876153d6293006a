"""Rulesets of Glue Data Quality: their DQDL is read when they are made, as AWS does.

https://docs.aws.amazon.com/glue/latest/webapi/API_CreateDataQualityRuleset.html
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.glue.exceptions import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from moto.glue.models import GlueBackend
from moto.glue.responses import GlueResponse

from embedded import clock
from embedded.dqdl.grammar import parse_ruleset
from embedded.dqdl.rules import Ruleset
from embedded.dqdl.tokens import Invalid
from embedded.extensions.operations import add, kept, paged


@dataclass
class KeptRuleset:
    """A ruleset as it is kept."""

    name: str
    text: str
    """Its DQDL."""
    parsed: Ruleset
    description: str
    target: dict[str, str] | None
    """The table that it is for: DatabaseName and TableName."""
    created: datetime
    modified: datetime
    recommended_by: str | None = None
    """The run that proposed it."""

    def described(self) -> dict[str, Any]:
        """The ruleset as GetDataQualityRuleset tells it, but for its text."""
        told: dict[str, Any] = {
            "Name": self.name,
            "Description": self.description,
            "CreatedOn": self.created,
            "LastModifiedOn": self.modified,
        }
        told |= {"TargetTable": self.target} if self.target else {}
        return told | ({"RecommendationRunId": self.recommended_by} if self.recommended_by else {})


def install() -> None:
    """Add the operations to moto's Glue."""
    add(
        GlueResponse,
        create_data_quality_ruleset,
        get_data_quality_ruleset,
        update_data_quality_ruleset,
        delete_data_quality_ruleset,
        list_data_quality_rulesets,
    )


def rulesets(backend: GlueBackend) -> dict[str, KeptRuleset]:
    """The rulesets of an account and region, by name."""
    return kept(backend, "data_quality_rulesets")


def ruleset(backend: GlueBackend, name: str) -> KeptRuleset:
    """A ruleset. Raises EntityNotFoundException."""
    try:
        return rulesets(backend)[name]
    except KeyError:
        raise EntityNotFoundException(f"Data quality ruleset {name} was not found.") from None


def keep(
    backend: GlueBackend,
    name: str,
    text: str,
    description: str = "",
    target: dict[str, str] | None = None,
    recommended_by: str | None = None,
) -> KeptRuleset:
    """Keep a new ruleset. Raises AlreadyExistsException and InvalidInputException."""
    if name in rulesets(backend):
        raise AlreadyExistsException(f"Data quality ruleset {name}")
    now = clock.now()
    made = KeptRuleset(name, text, _parsed(text), description, target, now, now, recommended_by)
    rulesets(backend)[name] = made
    return made


def create_data_quality_ruleset(self: GlueResponse) -> ActionResult:
    """CreateDataQualityRuleset."""
    asked = self._get_param
    backend, name = self.glue_backend, asked("Name")
    keep(backend, name, asked("Ruleset"), asked("Description") or "", asked("TargetTable"))
    if asked("Tags"):
        arn = f"arn:aws:glue:{backend.region_name}:{backend.account_id}:dataQualityRuleset/{name}"
        backend.tag_resource(arn, asked("Tags"))
    return ActionResult({"Name": name})


def get_data_quality_ruleset(self: GlueResponse) -> ActionResult:
    """GetDataQualityRuleset."""
    found = ruleset(self.glue_backend, self._get_param("Name"))
    return ActionResult(found.described() | {"Ruleset": found.text})


def update_data_quality_ruleset(self: GlueResponse) -> ActionResult:
    """UpdateDataQualityRuleset: what is left out stays."""
    found = ruleset(self.glue_backend, self._get_param("Name"))
    text = self._get_param("Ruleset")
    if text is not None:
        found.text, found.parsed = text, _parsed(text)
    if self._get_param("Description") is not None:
        found.description = self._get_param("Description")
    found.modified = clock.now()
    told = {"Name": found.name, "Description": found.description, "Ruleset": found.text}
    return ActionResult(told)


def delete_data_quality_ruleset(self: GlueResponse) -> EmptyResult:
    """DeleteDataQualityRuleset."""
    found = ruleset(self.glue_backend, self._get_param("Name"))
    del rulesets(self.glue_backend)[found.name]
    return EmptyResult()


def list_data_quality_rulesets(self: GlueResponse) -> ActionResult:
    """ListDataQualityRulesets, by name and target table; other filters are refused."""
    asked = self._get_param("Filter") or {}
    strange = sorted(set(asked) - {"Name", "TargetTable"})
    if strange or self._get_param("Tags"):
        raise InvalidInputException(
            "ListDataQualityRulesets",
            f"The embedded AWS filters rulesets by Name and TargetTable, "
            f"and not by {', '.join(strange) or 'Tags'}.",
        )
    found = [
        each.described() | {"RuleCount": len(each.parsed.rules)}
        for name, each in sorted(rulesets(self.glue_backend).items())
        if asked.get("Name") in (None, name) and asked.get("TargetTable") in (None, each.target)
    ]
    return paged(self, "Rulesets", found, "Name")


def _parsed(text: str) -> Ruleset:
    try:
        return parse_ruleset(text)
    except Invalid as error:
        raise InvalidInputException(
            "CreateDataQualityRuleset", f"The ruleset is invalid: {error}"
        ) from None

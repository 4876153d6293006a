"""SageMaker's Search: every operator, on the properties that a resource is described with.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Search.html
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import get_service_model
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from embedded.extensions.operations import add

Item = Mapping[str, Any]
UNSEARCHED = ("NestedFilters", "VisibilityConditions", "CrossAccountFilterOption")
"""What a request may ask for beside, and is not looked at here."""
OF_TRIALS = "Parents.TrialName"
"""The one property that is not told of a resource."""
RECORDS = {"ExperimentTrial": "Trial", "ExperimentTrialComponent": "TrialComponent"}
"""What results are called, where that is not the resource's name."""
MOST, DEFAULT = 100, 10
"""Results of one page."""

COMPARED: dict[str, Callable[[Any, str], bool]] = {
    "Equals": lambda found, wanted: _text(found) == wanted,
    "NotEquals": lambda found, wanted: _text(found) != wanted,
    "Contains": lambda found, wanted: wanted in _text(found),
    "In": lambda found, wanted: _text(found) in wanted.split(","),
    "GreaterThan": lambda found, wanted: found > _like(found, wanted),
    "GreaterThanOrEqualTo": lambda found, wanted: found >= _like(found, wanted),
    "LessThan": lambda found, wanted: found < _like(found, wanted),
    "LessThanOrEqualTo": lambda found, wanted: found <= _like(found, wanted),
}

_searched_by_moto = SageMakerModelBackend.search


def install() -> None:
    """Put the operation in the place of moto's, which compares for equality alone."""
    add(SageMakerResponse, search)


def search(self: SageMakerResponse) -> ActionResult:
    """Search."""
    for name in UNSEARCHED:
        if self._get_param(name) or (self._get_param("SearchExpression") or {}).get(name):
            raise ValidationError(message=f"The embedded AWS does not search by {name}.")
    resource = self._get_param("Resource")
    expression = self._get_param("SearchExpression") or {}
    trials = [each for each in expression.get("Filters") or [] if each["Name"] == OF_TRIALS]
    found = _searched_by_moto(self.sagemaker_backend, resource, {"Filters": trials})["Results"]
    _require_known(resource, expression)
    matching = [one for one in found if _matches(next(iter(one.values())), expression)]
    key = self._get_param("SortBy") or "LastModifiedTime"
    descending = self._get_param("SortOrder") != "Ascending"
    matching.sort(key=lambda one: _sortable(next(iter(one.values())), key), reverse=descending)
    start = int(self._get_param("NextToken") or 0)
    end = start + min(int(self._get_param("MaxResults") or DEFAULT), MOST)
    page = {"Results": matching[start:end], "TotalHits": {"Value": len(matching)}}
    return ActionResult(page | ({"NextToken": str(end)} if end < len(matching) else {}))


def _require_known(resource: str, expression: Item) -> None:
    """Refuse a property that no such resource has."""
    record = get_service_model("sagemaker").shape_for("SearchRecord")
    described = record.members[RECORDS.get(resource, resource)]
    for each in expression.get("Filters") or []:
        first = each["Name"].partition(".")[0]
        if first not in described.members and each["Name"] != OF_TRIALS:
            raise ValidationError(message=f"Unknown property name: {each['Name']}")
    for inner in expression.get("SubExpressions") or []:
        _require_known(resource, inner)


def _matches(item: Item, expression: Item) -> bool:
    answers = [
        *(_passes(item, each) for each in expression.get("Filters") or []),
        *(_matches(item, each) for each in expression.get("SubExpressions") or []),
    ]
    if not answers:
        return True
    return any(answers) if expression.get("Operator") == "Or" else all(answers)


def _passes(item: Item, asked: Item) -> bool:
    if asked["Name"] == OF_TRIALS:
        return True  # moto has chosen by it
    operator, wanted = asked.get("Operator", "Equals"), asked.get("Value", "")
    found = _property(item, asked["Name"])
    if operator == "Exists":
        return found is not None
    if operator == "NotExists":
        return found is None
    if found is None:
        return bool(operator == "NotEquals")
    try:
        return COMPARED[operator](found, wanted)
    except ValueError:
        message = f"Value '{wanted}' is nothing to compare {asked['Name']} with"
        raise ValidationError(message=message) from None


def _property(item: Any, path: str) -> Any:
    """The value at a path with dots; a tag's by its key, and of a list that of its first item."""
    if path.startswith("Tags."):
        tags = {tag["Key"]: tag["Value"] for tag in item.get("Tags") or []}
        return tags.get(path.removeprefix("Tags."))
    for key in path.split("."):
        if isinstance(item, list):
            item = item[0] if item else None
        item = item.get(key) if isinstance(item, Mapping) else None
    return item


def _like(found: Any, wanted: str) -> Any:
    """What is wanted, as of the type of what was found."""
    if isinstance(found, datetime):
        moment = datetime.fromisoformat(wanted)
        if moment.tzinfo and not found.tzinfo:  # moto's are in UTC and do not say so
            return moment.astimezone(UTC).replace(tzinfo=None)
        return moment if moment.tzinfo else moment.replace(tzinfo=found.tzinfo)
    return type(found)(wanted)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _sortable(item: Item, key: str) -> tuple[bool, Any]:
    found = _property(item, key)
    return found is not None, found if found is not None else 0

"""IAM's policy simulator: what a role, a user or a group may do, by the policies that it has.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.iam.models import Group, IAMBackend, ManagedPolicy, Role, User
from moto.iam.responses import IamResponse

from embedded.extensions.operations import add

VARIABLE = re.compile(r"\$\{([^}]+)\}")
ALLOWED, DENIED, NOTHING = "allowed", "explicitDeny", "implicitDeny"
UNSIMULATED = ("ResourcePolicy", "ResourceHandlingOption", "CallerArn", "ResourceOwner")
"""What a request may bring that is not weighed here."""

Context = Mapping[str, list[str]]
"""Values by condition key in lower case."""
Compared = Callable[[str, str], bool]
"""Of a value of the request and one of the policy."""


class NotSimulated(ServiceException):
    """What the simulation would have to leave out."""

    code = "PolicyEvaluation"


class NoSuchEntity(ServiceException):
    """The principal is not there."""

    code = "NoSuchEntity"


class Policy(NamedTuple):
    """One policy with where it comes from."""

    id: str
    type: str
    statements: list[dict[str, Any]]


def _like(found: str, pattern: str) -> bool:
    return fnmatchcase(found, pattern.replace("[", "[[]"))  # which means nothing to IAM


def _number(found: str, wanted: str) -> int:
    return (float(found) > float(wanted)) - (float(found) < float(wanted))


def _moment(found: str, wanted: str) -> int:
    first, second = (
        datetime.fromisoformat(each.replace("Z", "+00:00")) for each in (found, wanted)
    )
    return (first > second) - (first < second)


def _inside(found: str, wanted: str) -> bool:
    return ipaddress.ip_address(found) in ipaddress.ip_network(wanted, strict=False)


COMPARED: dict[str, Compared] = {
    "StringEquals": lambda found, wanted: found == wanted,
    "StringEqualsIgnoreCase": lambda found, wanted: found.lower() == wanted.lower(),
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda found, wanted: found.lower() == wanted.lower(),
    "BinaryEquals": lambda found, wanted: found == wanted,
    "IpAddress": _inside,
    "NumericEquals": lambda found, wanted: _number(found, wanted) == 0,
    "NumericLessThan": lambda found, wanted: _number(found, wanted) < 0,
    "NumericLessThanEquals": lambda found, wanted: _number(found, wanted) <= 0,
    "NumericGreaterThan": lambda found, wanted: _number(found, wanted) > 0,
    "NumericGreaterThanEquals": lambda found, wanted: _number(found, wanted) >= 0,
    "DateEquals": lambda found, wanted: _moment(found, wanted) == 0,
    "DateLessThan": lambda found, wanted: _moment(found, wanted) < 0,
    "DateLessThanEquals": lambda found, wanted: _moment(found, wanted) <= 0,
    "DateGreaterThan": lambda found, wanted: _moment(found, wanted) > 0,
    "DateGreaterThanEquals": lambda found, wanted: _moment(found, wanted) >= 0,
}
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}


def install() -> None:
    """Add the operations to moto's IAM."""
    add(IamResponse, simulate_principal_policy, simulate_custom_policy)


def simulate_principal_policy(self: IamResponse) -> ActionResult:
    """SimulatePrincipalPolicy, by identity-based policies and the permissions boundary."""
    source = self._get_param("PolicySourceArn")
    own, boundary = _policies_of(self.backend, source)
    given = _inputs(self._get_param("PolicyInputList"))
    return _simulated(self, [*own, *given], boundary)


def simulate_custom_policy(self: IamResponse) -> ActionResult:
    """SimulateCustomPolicy: the policies are those of the request alone."""
    return _simulated(self, _inputs(self._get_param("PolicyInputList")), None)


def _simulated(
    response: IamResponse, policies: list[Policy], boundary: list[Policy] | None
) -> ActionResult:
    for name in UNSIMULATED:
        if response._get_param(name):  # noqa: SLF001  moto's responses use it so
            raise NotSimulated(f"The embedded AWS does not simulate with {name}.")
    if bounds := response._get_param("PermissionsBoundaryPolicyInputList"):  # noqa: SLF001
        boundary = _inputs(bounds)
    context = {
        entry["ContextKeyName"].lower(): [str(value) for value in entry["ContextKeyValues"]]
        for entry in response._get_param("ContextEntries") or []  # noqa: SLF001
    }
    results = [
        _result(action, resource, policies, boundary, context)
        for action in response._get_param("ActionNames")  # noqa: SLF001
        for resource in response._get_param("ResourceArns") or ["*"]  # noqa: SLF001
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _result(
    action: str,
    resource: str,
    policies: list[Policy],
    boundary: list[Policy] | None,
    context: Context,
) -> dict[str, Any]:
    missing: set[str] = set()
    decision, matched = _decided(policies, action, resource, context, missing)
    result: dict[str, Any] = {"EvalActionName": action, "EvalResourceName": resource}
    if boundary is not None:
        bounded, stopped = _decided(boundary, action, resource, context, missing)
        within = bounded == ALLOWED
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": within}
        if bounded == DENIED:
            decision, matched = DENIED, stopped
        elif not within and decision == ALLOWED:
            decision, matched = NOTHING, []
    return {
        **result,
        "EvalDecision": decision,
        "MatchedStatements": [
            {"SourcePolicyId": policy.id, "SourcePolicyType": policy.type} for policy in matched
        ],
        "MissingContextValues": sorted(missing),
    }


def _decided(
    policies: list[Policy], action: str, resource: str, context: Context, missing: set[str]
) -> tuple[str, list[Policy]]:
    """What policies decide, and those that did; a deny wins. `missing` takes unknown keys."""
    said: dict[str, list[Policy]] = {"Allow": [], "Deny": []}
    for policy in policies:
        for statement in policy.statements:
            if _applies(statement, action, resource, context, missing):
                said[statement["Effect"]].append(policy)
    if said["Deny"]:
        return DENIED, said["Deny"]
    return (ALLOWED, said["Allow"]) if said["Allow"] else (NOTHING, [])


def _applies(
    statement: dict[str, Any], action: str, resource: str, context: Context, missing: set[str]
) -> bool:
    def of_action(pattern: str) -> bool:
        return _like(action.lower(), pattern.lower())

    def of_resource(pattern: str) -> bool:
        return _like(resource, _filled(pattern, context, missing))

    for key, matches in (("Action", of_action), ("Resource", of_resource)):
        if key in statement and not any(map(matches, _listed(statement[key]))):
            return False
        if f"Not{key}" in statement and any(map(matches, _listed(statement[f"Not{key}"]))):
            return False
    conditions = list(_conditions(statement, context, missing))  # which tells what is missing
    return all(
        _holds(operator, context.get(key.lower()), wanted) for operator, key, wanted in conditions
    )


def _conditions(
    statement: dict[str, Any], context: Context, missing: set[str]
) -> Iterator[tuple[str, str, list[str]]]:
    for operator, keys in statement.get("Condition", {}).items():
        for key, wanted in keys.items():
            if key.lower() not in context and not operator.startswith("Null"):
                missing.add(key)
            yield operator, key, [_filled(each, context, missing) for each in _listed(wanted)]


def _holds(operator: str, found: list[str] | None, wanted: list[str]) -> bool:
    """Whether a condition holds for a key's values, None where the request has no such key.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    quantifier, _, name = operator.rpartition(":")
    if name == "Null":
        return str(found is None).lower() in [each.lower() for each in wanted]
    name, optional = name.removesuffix("IfExists"), name.endswith("IfExists")
    negated = name in NEGATED
    compare = COMPARED.get(NEGATED.get(name, name))
    if compare is None:
        raise NotSimulated(f"The embedded AWS does not simulate the operator {operator}.")
    if found is None and quantifier == "ForAnyValue":
        return optional  # of no value, none is anything
    if found is None:
        return optional or negated or quantifier == "ForAllValues"
    passed = [any(compare(value, each) for each in wanted) is not negated for value in found]
    return any(passed) if quantifier == "ForAnyValue" else all(passed)


def _policies_of(backend: IAMBackend, arn: str) -> tuple[list[Policy], list[Policy] | None]:
    """The policies of a principal, and its boundary where it has one. Raises NoSuchEntity."""
    every: Iterable[Role | User | Group] = (
        *backend.roles.values(),
        *backend.users.values(),
        *backend.groups.values(),
    )
    principal = next((each for each in every if each.arn == arn), None)
    if principal is None:
        raise NoSuchEntity(f"The principal {arn} cannot be found.")
    own = list(_own(principal))
    if isinstance(principal, User):
        for group in backend.get_groups_for_user(principal.name):
            own.extend(_own(group))
    bound = getattr(principal, "permissions_boundary_arn", None)
    if not bound:
        return own, None
    return own, [_policy(bound, _document(backend.get_policy(bound)))]


def _own(principal: Role | User | Group) -> Iterator[Policy]:
    for name, document in principal.policies.items():
        yield _policy(name, document)
    for arn, attached in principal.managed_policies.items():
        yield _policy(arn, _document(attached))


def _document(policy: ManagedPolicy) -> str:
    (document,) = [
        version.document
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
    return document


def _policy(id_: str, document: str, type_: str = "IAM Policy") -> Policy:
    statements = json.loads(document)["Statement"]
    return Policy(id_, type_, statements if isinstance(statements, list) else [statements])


def _inputs(documents: list[str] | None) -> list[Policy]:
    return [
        _policy(f"PolicyInputList.{number}", document)
        for number, document in enumerate(documents or [], 1)
    ]


def _filled(pattern: str, context: Context, missing: set[str]) -> str:
    """A pattern with the request's values in place of its variables."""

    def value(match: re.Match[str]) -> str:
        key = match[1]
        if key in ("*", "?", "$"):
            raise NotSimulated(f"The embedded AWS does not simulate the variable {match[0]}.")
        found = context.get(key.lower())
        if not found:
            missing.add(key)
            return match[0]
        return found[0]

    return VARIABLE.sub(value, pattern)


def _listed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]

"""Pulumi inputs as the parameters of an AWS operation, driven by botocore's own service model.

Nothing here knows a service. A member is found by its name without regard to case or number
(`rules` is `Rules`, `pushes` is `push`), and a value takes the form that the member's shape asks
for:

- a map becomes a list of key and value pairs, and such a list a map (tags, dimensions);
- an object becomes a list of one, and a list of one an object: Pulumi flattens blocks that
  Terraform allows once;
- a scalar becomes a structure of which only one member is required (an artifact's name), and
  `true` one that has no members (a wildcard);
- numbers, booleans and strings are converted to the shape's type.

Whether the values are right is left to botocore, which validates each request.
"""

from collections.abc import Collection, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
from botocore.loaders import Loader, create_loader
from botocore.model import ServiceModel, Shape

Values = dict[str, Any]

KEY_NAMES = ("key", "name")


class UnsupportedInput(Exception):
    """An input that the embedded AWS neither carries to AWS nor ignores with a reason."""

    def __init__(self, type_: str, path: str, why: str = "no parameter bears this name") -> None:
        super().__init__(f"{type_}: the input {path} is not supported by the embedded AWS ({why})")
        self.type = type_
        self.path = path


@cache
def loader() -> Loader:
    """What reads botocore's models, once for this process: a new one looks through all of them."""
    return create_loader()


@cache
def service_model(service: str) -> ServiceModel:
    """The model of a service, by its client name. No account or network is needed."""
    session = botocore.session.Session()
    session.register_component("data_loader", loader())
    return session.get_service_model(service)


def input_shape(service: str, operation: str) -> Any:
    """The shape of an operation's parameters; `operation` as AWS writes it ("CreateVpc")."""
    return service_model(service).operation_model(operation).input_shape


@dataclass(frozen=True)
class Translation:
    """How the inputs of one Pulumi type are written as parameters.

    `renames` maps a path of inputs ("rules.filter", without list indexes) to a path of parameters
    relative to the structure that the input's parent became ("Filter.Prefix"). A path may lead
    through lists, where it means the only element, and through maps, where it means the key. An
    empty path spreads an object's members over its parent.

    `ignored` holds paths that are left out; `handled` top-level inputs that serve otherwise and
    are left out where no parameter bears their name.
    """

    type: str
    renames: Mapping[str, str] = field(default_factory=dict)
    ignored: Collection[str] = ()
    handled: Collection[str] = ()
    within: str = ""
    """Where the inputs lie in the resource's own ("routes."), for UnsupportedInput."""

    def parameters(self, shape: Any, inputs: Mapping[str, Any], inside: str = "") -> Values:
        """The parameters for `inputs`.

        Members of the parameter `inside` are looked for before those at the top.

        Raises UnsupportedInput for an input that finds no parameter.
        """
        parameters: Values = {}
        for name, value in inputs.items():
            if value is None or name in self.ignored:
                continue
            target = self.target(shape, name, inside)
            if target is not None:
                self.place(shape, parameters, target, value, name)
            elif name not in self.handled:
                raise UnsupportedInput(self.type, self.within + name)
        return parameters

    def place(
        self, shape: Any, parameters: Values, path: str, value: object, where: str = ""
    ) -> None:
        """Put `value` at `path` of `parameters`, which are of `shape`; maps at it are merged."""
        *way, last = path.split(".")
        container: Any = parameters
        for step in way:
            container, shape = _descend(container, shape, step)
        if not last:
            container.update(self.carry(shape, value, where))
            return
        member = shape.value if shape.type_name == "map" else shape.members[last]
        carried = self.carry(member, value, where)
        before = container.get(last)
        if isinstance(before, dict) and isinstance(carried, dict):
            before.update(carried)
        else:
            container[last] = carried

    def carry(self, shape: Any, value: object, where: str) -> Any:
        """`value` in the form of `shape`; `where` is its path, for renames and errors."""
        match shape.type_name:
            case "structure":
                return self._structure(shape, value, where)
            case "list":
                return self._list(shape, value, where)
            case "map":
                return self._map(shape, value, where)
            case _:
                return scalar(shape.type_name, value)

    def target(self, shape: Any, name: str, inside: str = "") -> str | None:
        """The path of the parameter that a top-level input means, None where there is none."""
        if name in self.renames:
            return self.renames[name]
        if inside and (found := member_named(at(shape, inside), name)):
            return f"{inside}.{found}"
        return member_named(shape, name)

    def _structure(self, shape: Any, value: object, where: str) -> Any:
        if isinstance(value, list):
            if len(value) > 1:
                raise UnsupportedInput(
                    self.type, self.within + where, f"AWS takes one, not {len(value)}"
                )
            return self._structure(shape, value[0], where) if value else {}
        if value is True and not shape.members:
            return {}
        if not isinstance(value, Mapping):
            only = _only_member(shape)
            return {only: self.carry(shape.members[only], value, where)} if only else value
        if not shape.members:
            return dict(value)
        result: Values = {}
        for key, item in value.items():
            path = f"{where}.{key}" if where else key
            if item is None or path in self.ignored:
                continue
            target = self.renames.get(path, member_named(shape, key))
            if target is None:
                raise UnsupportedInput(self.type, self.within + path)
            self.place(shape, result, target, item, path)
        return result

    def _list(self, shape: Any, value: object, where: str) -> list[Any]:
        element = shape.member
        if isinstance(value, Mapping) and (pair := _pair(element, value)):
            key, content = pair
            return [
                {key: str(name), content: self.carry(element.members[content], item, where)}
                for name, item in value.items()
                if item is not None
            ]
        items = value if isinstance(value, list) else [value]
        return [self.carry(element, item, where) for item in items if item is not None]

    def _map(self, shape: Any, value: object, where: str) -> Any:
        if isinstance(value, Mapping):
            pairs = list(value.items())
        elif isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
            pairs = [_key_and_value(item) for item in value]
        else:
            return value
        return {
            str(key): self.carry(shape.value, item, where)
            for key, item in pairs
            if item is not None
        }


def member_named(shape: Any, name: str) -> str | None:
    """The member of a structure that `name` means, in any case, singular or plural."""
    if shape.type_name == "list":
        return member_named(shape.member, name)
    members = {member.lower(): member for member in getattr(shape, "members", ())}
    return next((members[form] for form in _numbers(name.lower()) if form in members), None)


def scalar(kind: str, value: object) -> Any:
    """`value` as a boolean, number or string where that loses nothing, else as it is."""
    match kind:
        case "string":
            return _text(value)
        case "boolean" if value in ("true", "false"):
            return value == "true"
        case "integer" | "long" | "float" | "double":
            return _number(value, whole=kind in ("integer", "long"))
        case _:
            return value


def _text(value: object) -> object:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value:.15g}"
        case _:
            return value


def _number(value: object, *, whole: bool) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return value
    try:
        number = float(value)
    except ValueError:
        return value
    if whole:
        return int(number) if number.is_integer() else value
    return number


def _numbers(name: str) -> list[str]:
    forms = [name, f"{name}s", f"{name}es", name.removesuffix("s"), name.removesuffix("es")]
    if name.endswith("ies"):
        forms.append(f"{name[:-3]}y")
    if name.endswith("y"):
        forms.append(f"{name[:-1]}ies")
    return forms


def _only_member(shape: Any) -> str | None:
    required = shape.required_members or list(shape.members)
    return required[0] if len(required) == 1 else None


def _pair(element: Shape, value: Mapping[str, Any]) -> tuple[str, str] | None:
    """The key and the value member of a pair, unless `value` itself is one pair."""
    members = getattr(element, "members", {})
    key = next((name for name in members if name.lower().endswith(KEY_NAMES)), None)
    content = next((name for name in members if name.lower().endswith("value")), None)
    if len(members) != len(KEY_NAMES) or key is None or content is None:
        return None
    if {key.lower(), content.lower()} <= {name.lower() for name in value}:
        return None
    return key, content


def _key_and_value(item: Mapping[str, Any]) -> tuple[Any, Any]:
    key = next((name for name in item if name.lower() in KEY_NAMES), None)
    rest = [value for name, value in item.items() if name != key]
    return item.get(key or ""), rest[0] if rest else None


def _descend(container: MutableMapping[str, Any], shape: Any, step: str) -> tuple[Any, Any]:
    if shape.type_name == "map":
        return container.setdefault(step, {}), shape.value
    member = shape.members[step]
    if member.type_name != "list":
        return container.setdefault(step, {}), member
    return container.setdefault(step, [{}])[0], member.member


def at(shape: Any, path: str) -> Any:
    """The shape at a path of parameters; of a list on the way, its elements'."""
    for step in path.split("."):
        if shape.type_name == "list":
            shape = shape.member
        shape = shape.value if shape.type_name == "map" else shape.members[step]
    return shape

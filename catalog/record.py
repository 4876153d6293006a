"""The words in which the catalog says how a Pulumi type lives in AWS.

Texts in braces are templates: `{name}` stands for an input, an output, or one of `id`, `account`,
`region`, `partition`, `elsewhere` (the region, unless it is us-east-1). One that is a single
`{name}` gives the value itself, of whatever type. A parameter of which a part has no value is left
out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath  # type: ignore[import-untyped]  # botocore brings it, without types

Values = dict[str, Any]

NAMED = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Call:
    """One call of an AWS operation, named as AWS writes it ("CreateVpc")."""

    operation: str
    takes: tuple[str, ...] | None = None
    """The inputs that it carries; None: every one that no other call takes."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Renames, as in `translate.Translation`."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that no input holds: path of the parameter to a value of templates."""
    inside: str = ""
    """The parameter within which inputs are looked for first."""
    when: str = ""
    """The input or output that must be true for the call to be made; it is not a parameter."""
    undo: "Call | None" = None
    """What an update calls once the inputs are gone, or `when` is no longer true."""
    at: str = ""
    """Where in the response the resource is, as JMESPath with templates."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    """Outputs: camelCase name to JMESPath below `at`, or to a template if it names values."""


@dataclass(frozen=True)
class Each:
    """An input of which every element is an object of its own in AWS.

    The calls see an element's fields as inputs, or a scalar element as the input `value`.
    """

    input: str
    add: Call
    remove: Call
    created: bool = False
    """Whether the creation carries the whole input, and only updates go by element."""


@dataclass(frozen=True)
class Tags:
    """How a service adds and removes tags; templates know `removed`, the keys to go."""

    add: Call
    remove: Call
    after_create: bool = False
    """Whether the create operation takes no tags."""


@dataclass(frozen=True)
class Type:
    """How resources of one Pulumi type live in AWS.

    An input that no update-time call carries forces replacement, and so does one that makes up the
    id, the name or what a call is addressed by.
    """

    token: str
    service: str
    """The name of the boto3 client."""
    create: Call
    read: Call | tuple[Call, ...]
    """The first call tells whether the resource is there; the others add outputs."""
    delete: Call | tuple[Call, ...] = ()
    update: tuple[Call, ...] = ()
    steps: tuple[Call | Each, ...] = ()
    """What follows the creation, and is repeated for changed inputs in an update.

    A call that takes nothing clears away, once, what AWS gives with a new resource.
    """
    tags: Tags | None = None
    id: str = "{id}"
    """Made of the inputs and the outputs of `create`, of which one may be the `id` itself."""
    name: str = ""
    """The input that is filled in from the resource's name where it is missing."""
    prefix: str = ""
    """What AWS requires a name to begin with, put before one that is filled in."""
    limit: int = 255
    """The most characters that AWS allows in `name`."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Inputs that are filled in where they are missing, as AWS requires them."""
    presumed: Mapping[str, Any] = field(default_factory=dict)
    """What Terraform's provider sends where an object lacks it: path to value."""
    ignored: Mapping[str, str] = field(default_factory=dict)
    """Paths of inputs that are not carried, each with the reason."""
    replaces: tuple[str, ...] = ()
    """Inputs that force replacement although an update could carry them."""
    remade: str = ""
    """Why an update deletes and creates anew under the same id: the embedded AWS's lack."""
    gone: str = ""
    """JMESPath below the first read's `at`: true once AWS only remembers the resource."""
    prepare: Callable[[Values], Values] | None = None
    """Reshapes the inputs where data cannot say it."""
    empty: Callable[[Any, Values], None] | None = None
    """Called with the client and the state before the deletion."""
    emulated: bool = True
    """Whether the embedded AWS has the service.

    Without it, each request is checked by botocore's model of the service and sent nowhere; the
    resource is remembered with the outputs of infra/plausible.py.
    """

    @property
    def reads(self) -> tuple[Call, ...]:
        """The read calls."""
        return self.read if isinstance(self.read, tuple) else (self.read,)

    @property
    def deletes(self) -> tuple[Call, ...]:
        """The delete calls, in order."""
        return self.delete if isinstance(self.delete, tuple) else (self.delete,)

    @property
    def taggable(self) -> bool:
        """Whether it takes tags."""
        steps = [step.takes or () for step in self.steps if isinstance(step, Call)]
        return self.tags is not None or any("tags" in takes for takes in steps)

    def calls(self) -> Iterator[Call]:
        """Every call that the type may make."""
        yield from (self.create, *self.reads, *self.deletes, *self.update)
        for step in self.steps:
            yield from (step.add, step.remove) if isinstance(step, Each) else (step,)
            if isinstance(step, Call) and step.undo:
                yield step.undo
        if self.tags:
            yield from (self.tags.add, self.tags.remove)


def filled(template: Any, context: Mapping[str, Any]) -> Any:
    """`template` with values in place of its braces; None where one has no value."""
    match template:
        case str():
            if whole := NAMED.fullmatch(template):
                return context.get(whole[1])
            if any(context.get(name) is None for name in NAMED.findall(template)):
                return None
            return NAMED.sub(lambda found: str(context[found[1]]), template)
        case list():
            return [item for each in template if (item := filled(each, context)) is not None]
        case Mapping():
            items = {key: filled(item, context) for key, item in template.items()}
            return {key: item for key, item in items.items() if item is not None}
        case _:
            return template


def found_at(path: str, value: Any) -> Any:
    """What `value` holds at a JMESPath, None where it holds nothing."""
    return jmespath.search(path, value)


def references(template: Any) -> set[str]:
    """The names that a template needs."""
    match template:
        case str():
            return set(NAMED.findall(template))
        case list():
            return set().union(*map(references, template))
        case Mapping():
            return set().union(*map(references, template.values()))
        case _:
            return set()

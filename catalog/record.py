"""The words in which the catalog says how a Pulumi type lives in AWS.

Texts in braces are templates, as catalog/templates.py fills them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Values = dict[str, Any]

VERBS = ("create", "read", "update", "delete")
"""The parts of a resource's life."""


def arn_of(service: str, resource: str) -> str:
    """The template of an ARN in the environment's region and account."""
    return f"arn:aws:{service}:{{region}}:{{account}}:{resource}"


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
    """Outputs: camelCase name, or `input.field` of what AWS adds to an input, to JMESPath below
    `at`, or to a template if it names values."""


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
class Per:
    """An output that is a list with one object for each element of an input.

    Templates within name the element's fields; `{hex}` is told from the element.
    """

    input: str
    item: Mapping[str, Any]
    """What each object holds, nested as the output is; texts are templates."""


Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]
"""A Condition block of IAM: operator to condition key to value or values."""

OURS: Conditions = {
    "StringEqualsIfExists": {
        "aws:ResourceTag/maslow:environment": "{environment}",
        "aws:ResourceTag/maslow:project": "{project}",
    }
}
"""What is tagged as another environment's is left alone; what has no tag yet may be given one.

It bounds resources whose ARN holds an id of AWS's making instead of a name.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
"""

HERE: Conditions = {"StringEquals": {"aws:RequestedRegion": "{region}"}}
"""The request is for the environment's region."""

GLOBAL: Conditions = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
"""The request is for a service that has one endpoint for all regions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
"""


@dataclass(frozen=True)
class Grant:
    """Actions of one service on one kind of resource, by what needs them in a resource's life.

    Actions are named without their service, with blanks between them. Texts may hold `{name}`
    (whatever begins with the environment's prefix), `{table}` (the same with underscores),
    `{project}`, `{environment}`, `{region}` and `{account}`.
    """

    service: str
    """IAM's prefix of the service, such as `states`."""
    on: str = ""
    """ARNs with blanks between them, or what follows the account in them. Empty: everywhere."""
    create: str = ""
    read: str = ""
    """What the provider calls to compare, too, which a preview does."""
    update: str = ""
    """Tags are changed by an update, and often set by a call of their own in a creation."""
    delete: str = ""
    when: Conditions | None = None
    """Condition of the statement; everywhere it is the environment's region unless said."""
    reason: str = ""
    """Why everywhere: which narrower resource AWS does not offer."""
    source: str = ""
    """Page or provider source that names actions which the handlers in CloudFormation's schema of
    the type do not hold."""

    def actions(self, verbs: tuple[str, ...]) -> list[str]:
        """The actions that the verbs need, of `create`, `read`, `update` and `delete`."""
        names = " ".join(getattr(self, verb) for verb in verbs).split()
        return [f"{self.service}:{name}" for name in names]

    def arns(self) -> list[str]:
        """The ARNs, still with the texts in braces."""
        return [
            arn if arn.startswith("arn:") else arn_of(self.service, arn) for arn in self.on.split()
        ]


@dataclass(frozen=True)
class CallerKeyUse:
    """What AWS asks its caller to be allowed with the key that a resource names.

    Services whose own principal uses the key, or a role that the resource names, ask for none of
    it. Actions are KMS's, without its prefix and with blanks between them, and are allowed through
    the type's service alone. What every deployment may do with keys is in the record of keys: to
    describe them, and to let services attach grants of their own.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """

    create: str = ""
    update: str = ""
    delete: str = ""
    alias: str = "alias/{name}"
    """Of which keys, by an alias of theirs, with the texts of a `Grant`."""
    source: str = ""
    """The page that asks for it."""


@dataclass(frozen=True)
class Iam:
    """What the life of a type asks of IAM.

    The operations of its calls are allowed on `on`, each in the part of the life that calls it,
    unless one of `grants` names the action of that operation: that grant then says where it is
    allowed, and `grants` adds what no call of ours makes.
    """

    on: str = ""
    """As in `Grant`: what the type's own operations act on. Empty: `grants` names all of them."""
    when: Conditions | None = None
    """Condition of what is allowed on `on`."""
    create: str = ""
    """Actions beyond the operations, allowed on `on` as they are; the same for the next three."""
    read: str = ""
    update: str = ""
    delete: str = ""
    source: str = ""
    """As in `Grant`, of the four above."""
    key: CallerKeyUse | None = None
    """What it asks of the caller with its encryption key; None where nothing."""
    grants: tuple[Grant, ...] = ()


def listed(service: str, names: str, *, when: Conditions = HERE, source: str = "") -> Grant:
    """Reads that AWS answers for an account and a region as a whole."""
    return Grant(
        service,
        read=names,
        when=when,
        reason="AWS lists these per account and offers no resource to narrow a listing to",
        source=source,
    )


def linked_role(service: str) -> Grant:
    """The role that a service makes for itself in an account, once, as its first use asks for."""
    return Grant(
        "iam",
        f"arn:aws:iam::{{account}}:role/aws-service-role/{service}/*",
        create="CreateServiceLinkedRole",
        when={"StringEquals": {"iam:AWSServiceName": service}},
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html",
    )


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
    """As AWS answers it; `{hex}` and `{uuid}` stand for what AWS makes up.

    The embedded AWS takes the `id` among the outputs of `create`, where there is one, and otherwise
    makes it of the inputs and the outputs of `create`.
    """
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """What AWS computes, by camelCase name, in its own formats: templates, lists of templates, or
    `Per`. A call's own outputs win where the embedded AWS answers them."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """Inputs that AWS tells of what is there, and cannot change: camelCase name to JMESPath below
    the first read. An import learns them; all others it writes anew."""
    name: str = ""
    """The input that holds the physical name."""
    autonamed: bool = True
    """Whether Pulumi fills `name` in from the resource's name where it is missing."""
    cloudformation: str = ""
    """CloudFormation's type, such as `AWS::SNS::Topic`; empty where it has none."""
    holds_data: str = ""
    """The data that is lost with the resource; empty where `holds_no_data` says why none is."""
    holds_no_data: str = ""
    """Why nothing is lost that the program could not make again."""
    log_groups: tuple[str, ...] = ()
    """Names of the log groups that the service makes as a resource works, unless they are there:
    such a group never expires. Texts as in `outputs`."""
    iam: Iam | None = None
    """What its life asks of IAM; None where that is not known."""
    prefix: str = ""
    """What AWS requires a name to begin with, put before one that is filled in."""
    limit: int = 255
    """The most characters that AWS allows in `name`."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Inputs that are filled in where they are missing, as AWS requires them."""
    presumed: Mapping[str, Any] = field(default_factory=dict)
    """What Terraform's provider sends where an object lacks it: path to value."""
    ignored: Mapping[str, str] = field(default_factory=dict)
    """Paths of inputs that are not supported, each with the reason."""
    replaces: tuple[str, ...] = ()
    """Inputs that force replacement although an update could carry them."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """Inputs that change in place although CloudFormation replaces the resource, with the source
    that says so."""
    remade: str = ""
    """Why an update deletes and creates anew under the same id: the embedded AWS's lack."""
    gone: str = ""
    """JMESPath below the first read's `at`: true once AWS only remembers the resource."""
    failed: str = ""
    """JMESPath below the first read's `at`: why AWS could not make the resource, which it made."""
    emulated: bool = True
    """Whether the embedded AWS has the service.

    Without it, each request is checked by botocore's model of the service and sent nowhere; the
    resource is kept with the outputs of the record.
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

    def calls(self, *verbs: str) -> Iterator[Call]:
        """Every call that these parts of its life may make, of `VERBS`; without any, all of them.

        Tags are changed, and what a step made is undone, by an update.
        """
        calls = {
            "create": (self.create, *(s.add if isinstance(s, Each) else s for s in self.steps)),
            "read": self.reads,
            "update": (*self.update, *self._clearing(), *self._tagging()),
            "delete": self.deletes,
        }
        for verb in verbs or VERBS:
            yield from calls[verb]

    def _clearing(self) -> Iterator[Call]:
        for step in self.steps:
            if isinstance(step, Each):
                yield step.remove
            elif step.undo:
                yield step.undo

    def _tagging(self) -> Iterator[Call]:
        if self.tags:
            yield from (self.tags.add, self.tags.remove)

"""Creates, reads, updates and deletes pulumi-aws resources on the embedded AWS.

All values are plain, with camelCase keys. What a type needs is told by the catalog.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import catalog
from catalog import UnknownType
from catalog.paths import nested
from catalog.record import Call, Each, Per, Tags, Type, Values
from catalog.templates import filled, found_at, parsed
from catalog.wire import UNKNOWN, is_unknown
from embedded import clock, deploying
from embedded.calls import Caller, CallFailed, Clients, found, outputs_of
from embedded.emptying import EMPTIED
from embedded.functions import function_of
from embedded.inputs import (
    creating,
    elements,
    fields,
    prepared,
    require_supported,
    taken_by,
    takes,
    updatable,
    updating,
)
from embedded.kubernetes.clusters import Clusters
from embedded.translate import UnsupportedInput
from embedded.validated_only import ValidatedOnly

__all__ = ["CallFailed", "Created", "Diff", "Resources", "UnknownType", "UnsupportedInput"]

AWAITED: Mapping[str, Callable[[Any, str], None]] = {
    "aws:eks/cluster:Cluster": deploying.wait_for_cluster,
    "aws:sagemaker/endpoint:Endpoint": deploying.wait,
}
"""Types whose changes take time: what lets it pass, for a client and an id."""
SUFFIX_LENGTH = 7


@dataclass(frozen=True)
class Created:
    """A new resource: its provider id, and its outputs, which include its inputs."""

    id: str
    outputs: Values


@dataclass(frozen=True)
class Diff:
    """The top-level inputs that changed, and those among them that force replacement."""

    changed: list[str]
    replace: list[str]


class Resources:
    """The resources of one embedded AWS.

    `default_tags` go to every resource that can be tagged; the resource's own tags win.
    All methods raise UnknownType for a type that the catalog does not hold.
    """

    def __init__(self, cloud: Clients, default_tags: Mapping[str, str] | None = None) -> None:
        self._call = Caller(cloud)
        self._region = cloud.region
        self._default_tags = dict(default_tags or {})
        self._account = ""
        self._validated_only = ValidatedOnly()
        self.clusters = Clusters(cloud)
        """What stands in Kubernetes, beside it."""

    @property
    def not_emulated(self) -> Counter[str]:
        """By type, the resources whose requests were validated and went nowhere."""
        return self._validated_only.count + self.clusters.not_emulated

    def taggable(self, type_: str) -> bool:
        """Whether resources of a type have tags."""
        return catalog.entry_of(type_).taggable

    def told(self, type_: str) -> set[str]:
        """Names of the properties that AWS answers when it is asked for a resource of a type."""
        return {key for call in catalog.entry_of(type_).reads for key in call.outputs}

    def check(self, type_: str, inputs: Values, name: str, seed: bytes | str = "") -> Values:
        """The inputs, completed: defaults, default tags, and a name where AWS needs one.

        The name is `name`, a dash and seven hexadecimal digits made from it and `seed`.

        Raises UnsupportedInput, and ValueError for a name that is longer than AWS allows or a
        region that is not the embedded AWS's own.
        """
        entry = catalog.entry_of(type_, inputs)
        given = {key: value for key, value in inputs.items() if value is not None}
        checked = {**entry.defaults, **given}
        if entry.taggable and self._default_tags:
            checked["tags"] = {**self._default_tags, **checked.get("tags", {})}
        if entry.name and entry.autonamed and entry.name not in checked:
            prefix = checked.pop("namePrefix", f"{entry.prefix}{name}-")
            checked[entry.name] = _autonamed(prefix, name, seed)
        named = checked.get(entry.name, "")
        if len(named) > entry.limit:
            raise ValueError(
                f"{type_}: the name {named} has {len(named)} characters, AWS allows {entry.limit}"
            )
        if checked.get("region", self._region) not in (self._region, UNKNOWN):
            raise ValueError(
                f"{type_} {name}: the embedded AWS is one region, {self._region}, "
                f"not {checked['region']}"
            )
        require_supported(type_, {key: it for key, it in checked.items() if not is_unknown(it)})
        return checked

    def create(self, type_: str, inputs: Values) -> Created:
        """Create a resource. Raises UnsupportedInput, CallFailed."""
        entry = catalog.entry_of(type_, inputs)
        after = prepared(entry, inputs)
        context = self._context({**inputs, **after, **_made_up(entry, inputs)})
        response = self._call(entry, entry.create, creating(entry, after), context)
        if entry.emulated:
            made = outputs_of(entry.create, found(entry.create, response, context), context)
            id_ = made.get("id") or filled(entry.id, {**context, **made})
        else:
            id_ = self._validated_only.create(entry, inputs, self._region, self._account)
            made = self._validated_only.read(entry, id_) or {}
        if not id_:
            raise CallFailed(
                type_, _called(entry, inputs), entry.create.operation, "NoId", "no id was answered"
            )
        context |= {**made, "id": id_}
        for step in entry.steps:
            self._take(entry, step, None, after, context)
        if entry.tags and entry.tags.after_create and after.get("tags"):
            self._call(entry, entry.tags.add, {"tags": after["tags"]}, context)
        outputs = self._present(entry, id_, {**inputs, **made})
        if entry.failed:
            self._require_made(entry, id_, outputs)
        return Created(id_, outputs)

    def read(self, type_: str, id_: str, inputs: Values) -> Values | None:
        """The outputs of a resource, None when there is none of that id. Raises CallFailed."""
        return self._read(catalog.entry_of(type_, inputs), id_, inputs)

    def adopt(self, type_: str, id_: str) -> tuple[Values, Values] | None:
        """The inputs of a resource that someone made, as far as AWS tells them, and its outputs.

        None when there is none of that id. Raises CallFailed.
        """
        entry = catalog.entry_of(type_)
        named = {
            entry.name if key == "name" else key: value
            for key, value in parsed(entry.id, id_).items()
        }
        given = {key: value for key, value in named.items() if takes(entry, key)}
        state = self._read(entry, id_, given)
        if state is None:
            return None
        context = self._context(state, id_)
        first = entry.reads[0]
        there = found(first, self._call(entry, first, {}, context), context)
        learned = outputs_of(replace(first, outputs=entry.inputs), there, context)
        return {**given, **learned}, {**state, **learned}

    def diff(self, type_: str, olds: Values, news: Values) -> Diff:
        """What differs between two checked inputs; one that was added or left out has changed."""
        entry = catalog.entry_of(type_, olds)
        changed = sorted(_changed(olds, news))
        replace = [key for key in changed if not updatable(entry, key)]
        if replace:  # a part that is updated apart is no longer in it
            whole = _changed(prepared(entry, olds), prepared(entry, news))
            parts = [key for key in whole if updatable(entry, key)]
            replace = [key for key in replace if key in whole or not parts]
        return Diff(changed, replace)

    def update(self, type_: str, id_: str, olds: Values, news: Values) -> Values:
        """Change a resource in place; its outputs. `olds` are its inputs or its whole state.

        Raises UnsupportedInput, CallFailed.
        """
        entry = catalog.entry_of(type_, olds)
        before, after = prepared(entry, olds), prepared(entry, news)
        changed = _changed(before, after)
        current = self._present(entry, id_, olds)
        context = self._context({**current, **news, **after}, id_)
        if entry.remade and changed:
            self.delete(type_, id_, olds)
            return self.create(type_, news).outputs
        for call in entry.update:
            carried = updating(entry, call, after, changed - set(after))
            if changed & set(carried):
                self._call(entry, call, carried, context)
                self._await(entry, id_)
        for step in entry.steps:
            self._take(entry, step, before, after, context)
        if entry.tags and "tags" in changed:
            self._retag(
                entry, entry.tags, before.get("tags") or {}, after.get("tags") or {}, context
            )
        kept = {key: value for key, value in olds.items() if key not in changed}
        return self._present(entry, id_, {**kept, **news})

    def delete(self, type_: str, id_: str, state: Values) -> None:
        """Delete a resource; one that is gone already is as good. Raises CallFailed."""
        entry = catalog.entry_of(type_, state)
        context = self._context(state, id_)
        try:
            if empty := EMPTIED.get(entry.token):
                empty(self._call.client(entry.service), context)
            for call in entry.deletes:
                if not call.when or context.get(call.when):
                    self._call(entry, call, {}, context)
            self._validated_only.delete(entry, id_)
        except CallFailed as failure:
            if not failure.missing:
                raise

    def invoke(self, token: str, args: Values) -> Values:
        """The result of a function of pulumi-aws. Raises UnknownType."""
        return function_of(token)(self._call.client, self._region, args)

    def _require_made(self, entry: Type, id_: str, outputs: Values) -> None:
        """Clear away what AWS made and could not finish. Raises CallFailed, with its reason."""
        first, context = entry.reads[0], self._context(outputs, id_)
        there = found(first, self._call(entry, first, {}, context), context)
        if why := found_at(entry.failed, there):
            self.delete(entry.token, id_, outputs)
            raise CallFailed(entry.token, id_, entry.create.operation, "Failed", why)

    def _await(self, entry: Type, id_: str) -> None:
        """Let time pass until a change is over. Raises CallFailed where it can't."""
        if (wait := AWAITED.get(entry.token)) is None:
            return
        try:
            wait(self._call.client(entry.service), id_)
        except (clock.TooMuch, clock.Stopped) as error:
            code, operation = type(error).__name__, entry.reads[0].operation
            raise CallFailed(entry.token, id_, operation, code, str(error)) from error

    def _present(self, entry: Type, id_: str, inputs: Values) -> Values:
        outputs = self._read(entry, id_, inputs)
        if outputs is None:
            operation = entry.reads[0].operation
            raise CallFailed(
                entry.token, id_, operation, "NotThere", "it was written, but not kept"
            )
        return outputs

    def _read(self, entry: Type, id_: str, inputs: Values) -> Values | None:
        context = self._context(inputs, id_)
        first, *others = entry.reads
        if not entry.emulated:
            kept = self._validated_only.read(entry, id_)
            if kept is None:
                return None
            return self._shown(entry, id_, {**inputs, **kept})
        try:
            resource = found(first, self._call(entry, first, {}, context), context)
        except CallFailed as failure:
            if failure.missing:
                return None
            raise
        if not resource or (entry.gone and found_at(entry.gone, resource)):
            return None
        outputs = {**inputs, **_computed(entry, context), **outputs_of(first, resource, context)}
        for call in others:
            resource = found(call, self._call(entry, call, {}, context | outputs), context)
            outputs |= outputs_of(call, resource, context | outputs)
        return self._shown(entry, id_, outputs)

    def _shown(self, entry: Type, id_: str, outputs: Values) -> Values:
        tags = {"tagsAll": outputs.get("tags", {})} if entry.taggable else {}
        return nested({"region": self._region, **outputs, **tags, "id": id_})

    def _take(
        self, entry: Type, step: Call | Each, before: Values | None, after: Values, context: Values
    ) -> None:
        old = before or {}
        if isinstance(step, Each):
            if step.created and before is None:
                return
            had, wants = elements(old, step.input), elements(after, step.input)
            gone = [(step.remove, item) for item in had if item not in wants]
            come = [(step.add, item) for item in wants if item not in had]
            for call, item in [*gone, *come]:
                self._call(entry, call, fields(item, call), {**context, **fields(item)})
            return
        keys = taken_by(step)
        if not keys:
            if before is None:
                self._once(entry, step, context)
            return
        if not keys & _changed(old, after):
            return
        wanted = {key: after[key] for key in keys if after.get(key) is not None}
        if wanted and (not step.when or after.get(step.when)):
            self._call(entry, step, wanted, context)
        elif step.undo and any(old.get(key) for key in keys):
            self._call(entry, step.undo, {}, {**old, **context})

    def _once(self, entry: Type, step: Call, context: Values) -> None:
        """Clear away what AWS gives with a new resource; an adopted one may not have it."""
        try:
            self._call(entry, step, {}, context)
        except CallFailed as failure:
            if not failure.missing:
                raise

    def _retag(self, entry: Type, tags: Tags, old: Values, new: Values, context: Values) -> None:
        if removed := sorted(set(old) - set(new)):
            pairs = [{"Key": key} for key in removed]
            gone = {"removed": removed, "removedPairs": pairs}
            self._call(entry, tags.remove, {}, {**context, **gone})
        if new:
            self._call(entry, tags.add, {"tags": new}, context)

    def _context(self, values: Mapping[str, Any], id_: str = "") -> Values:
        if not self._account:
            self._account = self._call.client("sts").get_caller_identity()["Account"]
        place = {"account": self._account, "region": self._region, "partition": "aws"}
        if self._region != "us-east-1":
            place["elsewhere"] = self._region
        return {**values, **place} | ({"id": id_} if id_ else {})


def _made_up(entry: Type, inputs: Values) -> dict[str, str]:
    """What an id may be made of that no input holds: the name, and digits that AWS would choose."""
    digits = hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()
    return {"name": str(inputs.get(entry.name or "name", "")), "hex": digits[:17]}


def _computed(entry: Type, context: Values) -> Values:
    """The outputs that the catalog makes of what is known, so that no call need answer them."""
    known = {**context, "name": context.get(entry.name)} if entry.name else {**context}
    made: Values = {}
    for key, template in entry.outputs.items():
        if not isinstance(template, Per) and (value := filled(template, {**known, **made})):
            made[key] = value
    return made


def _called(entry: Type, inputs: Values) -> str:
    return str(inputs.get(entry.name or "name", ""))


def _autonamed(prefix: str, name: str, seed: bytes | str) -> str:
    salt = seed.encode() if isinstance(seed, str) else seed
    return prefix + hashlib.sha256(salt + b"/" + name.encode()).hexdigest()[:SUFFIX_LENGTH]


def _changed(olds: Values, news: Values) -> set[str]:
    return {key for key in {*olds, *news} if not _same(olds.get(key), news.get(key))}


def _same(old: object, new: object) -> bool:
    """Whether two values are equal, JSON texts by what they say."""
    if old == new:
        return True
    if not (isinstance(old, str) and isinstance(new, str) and old[:1] == new[:1] == "{"):
        return False
    try:
        return bool(json.loads(old) == json.loads(new))
    except ValueError:
        return False

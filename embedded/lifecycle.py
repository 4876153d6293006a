"""What Pulumi's engine expects of a provider, and that over the embedded AWS's resources.

Both hosts create through a `Manager`: the gRPC provider that the real engine attaches to, and the
in-process host. All values are plain, with camelCase keys.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import catalog
from catalog.paths import nested, within
from embedded.calls import CallFailed
from embedded.resources import Resources
from embedded.translate import UnsupportedInput

DEFAULTS = "__defaults"
"""The input that lists which inputs were filled in by the provider; Pulumi's bridge's own key."""

Values = dict[str, Any]


class Refused(Exception):
    """What the embedded AWS would not do, in one readable sentence."""


@dataclass(frozen=True)
class Change:
    """How a resource gets from its old inputs to its new ones."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    updated: tuple[str, ...]
    replaces: tuple[str, ...]
    """Those of the above that AWS cannot change in place."""
    delete_first: bool
    """True where old and new would bear one name."""

    @property
    def properties(self) -> tuple[str, ...]:
        """All that changed, sorted."""
        return tuple(sorted((*self.added, *self.removed, *self.updated)))


class Manager(Protocol):
    """Manages the resources of one configured provider. All methods may raise Refused."""

    def check(self, type_: str, name: str, news: Values, olds: Values, seed: bytes) -> Values:
        """The inputs, completed; `olds` are those of the last time, empty for a new resource."""
        ...

    def diff(self, type_: str, olds: Values, news: Values, state: Values) -> Change:
        """What differs between two checked inputs."""
        ...

    def create(self, type_: str, name: str, inputs: Values) -> tuple[str, Values]:
        """Create a resource; its id and its state."""
        ...

    def read(self, type_: str, name: str, id_: str, inputs: Values) -> Values | None:
        """The state of a resource, None where there is none of that id."""
        ...

    def adopt(self, type_: str, name: str, id_: str) -> tuple[Values, Values]:
        """The inputs and the state of a resource that someone made."""
        ...

    def update(
        self, type_: str, name: str, id_: str, olds: Values, news: Values, state: Values
    ) -> Values:
        """Change a resource in place; its new state."""
        ...

    def foreseen(self, type_: str, olds: Values, news: Values, state: Values) -> Values:
        """The state that an update in place will leave, as far as it is known beforehand."""
        ...

    def delete(self, type_: str, name: str, id_: str, state: Values) -> None:
        """Delete a resource; one that is gone already is as good."""
        ...

    def invoke(self, token: str, args: Values) -> Values:
        """The result of a function of the provider."""
        ...


class Lifecycle:
    """Check, diff, create, read, update and delete, for one configured provider.

    `default_tags` go to every resource that can be tagged; the resource's own tags win.
    """

    def __init__(self, resources: Resources, default_tags: Mapping[str, str] | None = None) -> None:
        self.resources = resources
        self.default_tags = dict(default_tags or {})

    def check(self, type_: str, name: str, news: Values, olds: Values, seed: bytes) -> Values:
        """The inputs, completed by defaults; a name that was made up before is kept.

        Of `olds` that do not tell what was made up, such as those of `adopt`, all are kept.

        Raises Refused for inputs that are not supported.
        """
        with _readable(name):
            asked = self._tagged(type_, _without_notes(news))
            checked = self.resources.check(type_, asked, name, seed)
        filled_in = sorted(key for key in checked if key not in asked)
        for key in set(filled_in) & olds.keys() & set(olds.get(DEFAULTS, olds)):
            checked[key] = olds[key]
        return {**checked, DEFAULTS: filled_in}

    def diff(self, type_: str, olds: Values, news: Values, state: Values) -> Change:
        """What differs between two checked inputs, or from what AWS answered of the old ones."""
        old, new = self._live(type_, olds, state), _without_notes(news)
        found = self.resources.diff(type_, old, new)
        return Change(
            added=tuple(key for key in found.changed if key not in old),
            removed=tuple(key for key in found.changed if key not in new),
            updated=tuple(key for key in found.changed if key in old and key in new),
            replaces=tuple(found.replace),
            delete_first=bool(found.replace) and _keeps_its_name(type_, olds, news),
        )

    def create(self, type_: str, name: str, inputs: Values) -> tuple[str, Values]:
        """Create a resource; its id and its state. Raises Refused."""
        with _readable(name):
            created = self.resources.create(type_, _without_notes(inputs))
        return created.id, created.outputs

    def read(self, type_: str, name: str, id_: str, inputs: Values) -> Values | None:
        """The state of a resource, None where there is none of that id. Raises Refused."""
        with _readable(name):
            return self.resources.read(type_, id_, _without_notes(inputs))

    def adopt(self, type_: str, name: str, id_: str) -> tuple[Values, Values]:
        """The inputs and the state of a resource that someone made. Raises Refused."""
        with _readable(name):
            there = self.resources.adopt(type_, id_)
        if there is None:
            raise Refused(f"{name}: there is no {type_} of the id {id_} to import")
        return there

    def update(
        self, type_: str, name: str, id_: str, olds: Values, news: Values, state: Values
    ) -> Values:
        """Change a resource in place; its new state. Raises Refused."""
        old = self._live(type_, olds, state)
        with _readable(name):
            return self.resources.update(type_, id_, old, _without_notes(news))

    def foreseen(self, type_: str, olds: Values, news: Values, state: Values) -> Values:
        """The new inputs, beside what AWS computed: next to the inputs, and within them."""
        computed = {key: value for key, value in state.items() if key not in olds}
        added = within(catalog.entry_of(type_, news).outputs, state)
        return nested({**computed, **news, **added})

    def delete(self, type_: str, name: str, id_: str, state: Values) -> None:
        """Delete a resource. Raises Refused."""
        with _readable(name):
            self.resources.delete(type_, id_, state)

    def invoke(self, token: str, args: Values) -> Values:
        """The result of a function of the provider. Raises Refused."""
        with _readable(token):
            return self.resources.invoke(token, args)

    def _live(self, type_: str, inputs: Values, state: Values) -> Values:
        """The inputs, as `state` has them where AWS tells them: it may not have kept to them."""
        told = {key: state[key] for key in self.resources.told(type_) if key in state}
        asked = _without_notes(inputs)
        return {**asked, **{key: told[key] for key in asked.keys() & told.keys()}}

    def _tagged(self, type_: str, inputs: Values) -> Values:
        if not self.default_tags or not self.resources.taggable(type_):
            return inputs
        return {**inputs, "tags": {**self.default_tags, **inputs.get("tags", {})}}


def _without_notes(inputs: Values) -> Values:
    return {key: value for key, value in inputs.items() if key != DEFAULTS}


def _keeps_its_name(type_: str, olds: Values, news: Values) -> bool:
    entry = catalog.entry_of(type_)
    key = entry.name if entry.autonamed else ""
    return bool(key) and key not in news.get(DEFAULTS, []) and olds.get(key) == news.get(key)


@contextmanager
def _readable(subject: str) -> Iterator[None]:
    """Name the resource in what the translation and the AWS clients raise."""
    try:
        yield
    except (CallFailed, UnsupportedInput, LookupError, ValueError) as error:
        raise Refused(f"{subject}: {error}") from error

"""Resources of services that the embedded AWS does not have: kept, and no more than that."""

from collections import Counter
from uuid import uuid4

from catalog import answers
from catalog.record import Type, Values


class ValidatedOnly:
    """What was created, with the outputs that AWS would have answered."""

    def __init__(self) -> None:
        self._outputs: dict[tuple[str, str], Values] = {}

    @property
    def count(self) -> Counter[str]:
        """How many resources there are of each type."""
        return Counter(token for token, _ in self._outputs)

    def create(self, entry: Type, inputs: Values, region: str, account: str) -> str:
        """Keep a resource; its id. Raises Unanswerable for a type without plausible outputs."""
        name = str(inputs.get(entry.name or "name") or uuid4().hex)
        urn = f"{entry.token}/{name}"
        id_, outputs = answers.outputs(entry, name, urn, inputs, region, account)
        self._outputs[entry.token, id_] = dict(outputs)
        return id_

    def read(self, entry: Type, id_: str) -> Values | None:
        """The computed outputs of a resource, None when there is none of that id."""
        return self._outputs.get((entry.token, id_))

    def delete(self, entry: Type, id_: str) -> None:
        """Forget a resource, if it is there."""
        self._outputs.pop((entry.token, id_), None)

"""Promotion as the program knows it: the environments that models come from, and go on to."""

from dataclasses import dataclass

from components.common.registry_access import group_arn
from infra.naming import Names
from infra.settings import StackFile


@dataclass(frozen=True)
class Peer:
    """Another environment of the project."""

    names: Names
    account_id: str | None
    """Its account; None where it is the same one, so that nothing has to be opened."""
    region: str
    models: frozenset[str] | None = None
    """Names of its models; None where its file is not there to tell them."""

    @property
    def environment(self) -> str:
        """The environment's name."""
        return self.names.environment

    @property
    def bus_arn(self) -> str:
        """ARN of the bus that it takes other accounts' events by."""
        return f"arn:aws:events:{self.region}:{self.account_id}:event-bus/{self.bus_name}"

    @property
    def bus_name(self) -> str:
        """Name of that bus."""
        return self.names("promotion")

    def has(self, model: str) -> bool:
        """Whether it has a model, as far as is known."""
        return self.models is None or model in self.models

    def group(self, model: str) -> str:
        """The model package group of a model: its name, or its ARN if it is elsewhere."""
        name = self.names(model)
        if self.account_id is None:
            return name
        return group_arn(name, account_id=self.account_id, region=self.region)


@dataclass(frozen=True)
class Promotion:
    """Where the versions of an environment's models come from, and where they go on to."""

    origin: Peer | None = None
    """The environment that trains them; None where this one does."""
    targets: tuple[Peer, ...] = ()
    """The environments that deploy what this one trains."""
    operators: tuple[str, ...] = ()
    """Names of roles in the targets' accounts, `*` for any part, of people who deploy by hand."""

    @property
    def abroad(self) -> tuple[Peer, ...]:
        """The targets in other accounts."""
        return tuple(peer for peer in self.targets if peer.account_id)

    @property
    def origin_account(self) -> str | None:
        """The other account that versions come from, if it is another one."""
        return self.origin.account_id if self.origin else None


def promotion_of(stack: StackFile, project: str) -> Promotion:
    """The promotion that a stack file asks for."""
    wanted = stack.platform.promotion
    if wanted is None:
        return Promotion()

    def peer(environment: str) -> Peer:
        account = stack.platform.accounts.get(environment)
        elsewhere = account if account != stack.account else None
        models = stack.models_beside.get(environment)
        return Peer(Names(project, environment), elsewhere, stack.region, models)

    return Promotion(
        peer(wanted.origin) if wanted.origin else None,
        tuple(map(peer, wanted.to)),
        wanted.operators,
    )

"""The stores of feature groups, and when what the offline ones were given is written.

AWS writes within 15 minutes. Here rows wait for the clock's next tick, so that many of them share a
file.

https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-offline.html
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError
from moto.core.exceptions import ServiceException
from moto.sagemaker.models import FeatureGroup, SageMakerModelBackend, sagemaker_backends

from embedded import clock
from embedded.extensions import feature_tables
from embedded.extensions.feature_tables import Blocked, Store
from embedded.feature_store.offline import Row
from embedded.feature_store.online import OnlineStore
from embedded.feature_store.schema import Schema

log = logging.getLogger(__name__)

RETRY_SECONDS = 60
"""After how long a store that could not be written is tried again."""


@dataclass
class Stores:
    """What a feature group holds."""

    online: OnlineStore = field(default_factory=OnlineStore)
    waiting: list[Row] = field(default_factory=list)
    """Rows that are still to be written to the offline store."""
    due: datetime | None = None
    """When they are to be written."""
    blocked: str | None = None
    """Why they could not be, the last time."""


class _Writing:
    """The writing of what waits, in all groups."""

    def next(self, after: datetime) -> datetime | None:
        """When the first of them is due; what is overdue is so at once."""
        dues = [stores.due for _, _, stores in _waiting() if stores.due]
        return max(min(dues), after + timedelta(microseconds=1)) if dues else None

    def fire(self, at: datetime) -> int:
        """Write what is due."""
        due = [each for each in _waiting() if each[2].due and each[2].due <= at]
        for backend, group, _ in due:
            write(backend, group)
        return len(due)


def install() -> None:
    """Have rows written by the clock."""
    clock.current().add(_Writing())


def stores_of(group: FeatureGroup) -> Stores:
    """What a group holds, empty at first."""
    found: Stores = vars(group).setdefault("stores", Stores())
    return found


def schema_of(group: FeatureGroup) -> Schema:
    """The features of a group as they are now; they only become more."""
    known: Schema | None = vars(group).get("schema")
    if known is None or len(known.features) < len(group.feature_definitions):
        known = vars(group)["schema"] = Schema.of(
            group.record_identifier_feature_name,
            group.event_time_feature_name,
            group.feature_definitions,
        )
    return known


def online_config(group: FeatureGroup) -> dict[str, Any]:
    """The OnlineStoreConfig of a group, empty for one that is only offline."""
    return vars(group)["online_store_config"] or {}


def offline_store(backend: SageMakerModelBackend, group: FeatureGroup) -> Store | None:
    """Where a group's offline records go, or None for one that is only online."""
    config: dict[str, Any] | None = group.offline_store_config
    if not config:
        return None
    return Store(backend.account_id, backend.region_name, config, schema_of(group))


def keep(group: FeatureGroup, row: Row) -> None:
    """Have a row written soon."""
    stores = stores_of(group)
    stores.waiting.append(row)
    stores.due = stores.due or clock.now()


def write(backend: SageMakerModelBackend, group: FeatureGroup) -> None:
    """Write what waits; what can't be written now waits on, and the group tells why."""
    store, stores = offline_store(backend, group), stores_of(group)
    if store is None or not stores.waiting:
        return
    now = clock.now()
    stores.due = now + timedelta(seconds=RETRY_SECONDS)
    try:
        feature_tables.write(store, stores.waiting, now)
    except (Blocked, ServiceException, ClientError, OSError) as error:
        stores.blocked = getattr(error, "message", "") or str(error)
        log.warning("feature group %s: %s", group.feature_group_name, stores.blocked)
        return
    stores.waiting, stores.due, stores.blocked = [], None, None


def _waiting() -> Iterator[tuple[SageMakerModelBackend, FeatureGroup, Stores]]:
    for account in list(sagemaker_backends.values()):
        for backend in list(account.values()):
            for group in list(backend.feature_groups.values()):
                stores = stores_of(group)
                if stores.waiting:
                    yield backend, group, stores

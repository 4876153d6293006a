"""What must fit between the groups of settings of one stack file.

A check reads the plain values of the file, in which a setting that is left out is missing, and
passes over malformed ones, so that one run finds these mistakes and the ones within a group. It
yields mistakes with paths below `maslow:platform`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from infra.settings.data.clusters import check_clusters
from infra.settings.data.containers import check_containers
from infra.settings.data.crawlers import check_crawlers
from infra.settings.data.features import unknown_groups
from infra.settings.data.files import check_files
from infra.settings.data.jobs import check_jobs
from infra.settings.data.notebooks import check_notebooks
from infra.settings.data.orchestration import check_orchestration
from infra.settings.data.quality import check_quality
from infra.settings.data.readers import check_readers
from infra.settings.data.shares import check_shares
from infra.settings.data.stream_features import check_stream_features
from infra.settings.data.streams import check_streams
from infra.settings.data.table_bucket import check_table_bucket
from infra.settings.data.table_checks import check_iceberg_streams, check_tables
from infra.settings.data.zones import check_zone_locks
from infra.settings.devops.ci import check_ci_role, check_tag_delivery
from infra.settings.devops.delivery import check_s3_source
from infra.settings.devops.model_delivery import check_model_deliveries
from infra.settings.devops.promotion import check_promotion
from infra.settings.experiments import check_experiments
from infra.settings.foundation.access import check_approvers, check_key_administrators
from infra.settings.foundation.accounts import check_own_account
from infra.settings.foundation.audit import check_log_archive, check_macie, check_object_lock
from infra.settings.foundation.network import check_reachable
from infra.settings.hours import check_hours
from infra.settings.kubernetes.checks import check_kubernetes
from infra.settings.mistakes import Mistake
from infra.settings.mlops.kubernetes_serving import check_served_on_kubernetes
from infra.settings.mlops.kubernetes_training import check_trained_on_kubernetes
from infra.settings.mlops.labels import check_labels
from infra.settings.studio_checks import check_studio
from infra.settings.unused_checks import check_access, check_model_settings, check_previews

Values = Mapping[str, Any]
Check = Callable[[Values], Iterator[Mistake]]


def check_groups(values: Values, environment: str) -> Iterator[Mistake]:
    """Yield every mistake between the groups of settings of an environment."""
    for check in CHECKS:
        yield from check(values)
    yield from check_own_account(values, environment)
    yield from check_promotion(values, environment)


def check_feature_groups(values: Values) -> Iterator[Mistake]:
    """Yield feature groups of one name and version, and those that would share a Glue table."""
    seen_groups: dict[tuple[str, Any], str] = {}
    for index, group in _entries(values, "features"):
        name, version = group["name"], group.get("version", 1)
        # Glue's tables have small letters and no hyphens.
        table = (name.lower().replace("-", "_"), version)
        if twin := seen_groups.get(table):
            yield Mistake(
                ("features", index, "name"),
                f"version {version} of {name} is here twice."
                if twin == name
                else f"{name} and {twin} would share one table in the offline store.",
                "Give one of them another name or version.",
            )
        seen_groups.setdefault(table, name)


def check_models(values: Values) -> Iterator[Mistake]:
    """Yield models of one name, and models that read a feature group that does not exist."""
    groups = [group for _, group in _entries(values, "features")]
    seen_models: set[str] = set()
    for index, model in _entries(values, "models"):
        if model["name"] in seen_models:
            yield Mistake(
                ("models", index, "name"),
                f"two models are called {model['name']}.",
                "Give one of them another name.",
            )
        seen_models.add(model["name"])
        for mistake in unknown_groups(model.get("features"), groups):
            yield replace(mistake, path=("models", index, "features", *mistake.path))


def check_fills(values: Values) -> Iterator[Mistake]:
    """Yield jobs that fill a feature group that does not exist."""
    groups = [group for _, group in _entries(values, "features")]
    for index, job in _entries(values, "jobs"):
        for mistake in unknown_groups(job.get("fills"), groups):
            yield replace(mistake, path=("jobs", index, "fills", *mistake.path))


CHECKS: tuple[Check, ...] = (
    check_s3_source,
    check_ci_role,
    check_tag_delivery,
    check_reachable,
    check_object_lock,
    check_zone_locks,
    check_log_archive,
    check_macie,
    check_approvers,
    check_key_administrators,
    check_model_deliveries,
    check_access,
    check_previews,
    check_model_settings,
    check_feature_groups,
    check_models,
    check_labels,
    check_tables,
    check_table_bucket,
    check_readers,
    check_quality,
    check_crawlers,
    check_orchestration,
    check_jobs,
    check_clusters,
    check_containers,
    check_notebooks,
    check_shares,
    check_files,
    check_streams,
    check_stream_features,
    check_iceberg_streams,
    check_fills,
    check_studio,
    check_hours,
    check_experiments,
    check_kubernetes,
    check_served_on_kubernetes,
    check_trained_on_kubernetes,
)


def _entries(values: Mapping[str, Any], key: str) -> list[tuple[int, Mapping[str, Any]]]:
    """Position and entry of each list item that has a name."""
    entries = values.get(key)
    return [
        (index, entry)
        for index, entry in enumerate(entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("name"), str)
    ]

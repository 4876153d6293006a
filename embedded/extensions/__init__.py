"""Operations that the platform's life needs and moto lacks, in moto's own manner.

A module serves one AWS service or one part of it. Its `install()` sets its operations on the
service's Response class, under their snake_case names, and may be called again; what it starts
(processes, threads, temporary folders) is ended by its `close()`, if it has one.
"""

import sys
from contextlib import ExitStack
from importlib import import_module
from types import ModuleType

MODULES = (
    "alarms",
    "athena_metadata",
    "athena_queries",
    "backup_plans",
    "bucket_policies",
    "codeartifact",
    "codebuild",
    "codeconnections",
    "composite_alarms",
    "config_packs",
    "dashboards",
    "data_quality_results",
    "data_quality_rulesets",
    "data_quality_runs",
    "delete_markers",
    "delivery_streams",
    "eks_access",
    "eks_addons",
    "eks_clusters",
    "eks_pods",
    "eks_updates",
    "emr_container_runs",
    "emr_fleets",
    "emr_limits",
    "emr_releases",
    "emr_security",
    "emr_steps",
    "emr_studios",
    "emr_virtual_clusters",
    "endpoint_zones",
    "endpoints",
    "event_bus",
    "event_schedules",
    "feature_groups",
    "feature_metadata",
    "feature_records",
    "file_systems",
    "function_runs",
    "glue_crawlers",
    "glue_definitions",
    "glue_runs",
    "glue_tasks",
    "guardduty",
    "iceberg_tables",
    "inference",
    "job_tasks",
    "jobs",
    "key_policies",
    "lake_filters",
    "lake_grants",
    "lake_locations",
    "lake_tags",
    "lineage",
    "linked_roles",
    "long_polling",
    "lustre_file_systems",
    "machine_executions",
    "macie",
    "managed_policies",
    "metrics",
    "mlflow_apps",
    "mlflow_servers",
    "model_registry",
    "model_vpcs",
    "named_queries",
    "network_firewall",
    "object_events",
    "pipeline_callbacks",
    "pipeline_execution",
    "policy_simulation",
    "prepared_statements",
    "resource_control",
    "rollouts",
    "sagemaker_tags",
    "scaling_targets",
    "sdk_tasks",
    "search",
    "securityhub",
    "serverless_runs",
    "service_quotas",
    "spot_control",
    "state_changes",
    "state_machines",
    "stream_functions",
    "studio_apps",
    "studio_domains",
    "studio_image_configs",
    "studio_images",
    "studio_profiles",
    "studio_setups",
    "studio_spaces",
    "symmetric_keys",
    "table_buckets",
    "table_optimizers",
    "tagged_resources",
    "target_tracking",
    "time_control",
    "times",
    "topics",
    "transform_jobs",
    "tuning_jobs",
    "unrun_work",
    "version_cards",
    "work_groups",
    "workflows",
)


def install() -> None:
    """Add every extension to moto in this process."""
    for module in _modules():
        module.install()


def close() -> None:
    """End what the extensions have started; each gets its turn even when another fails.

    One that was interrupted before its import has started nothing.
    """
    with ExitStack() as stack:
        for name in MODULES:
            module = sys.modules.get(f"{__name__}.{name}")
            if module is not None and hasattr(module, "close"):
                stack.callback(module.close)


def _modules() -> list[ModuleType]:
    return [import_module(f"{__name__}.{name}") for name in MODULES]

"""Every setting does something: given another value, it changes what is declared, or is refused.

The settings are those of the stack files' schema, so that a new one is held to this without being
added anywhere. Each is changed by itself in an environment that has little else.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pulumi_aws as aws
import pytest

from infra.collector import switch_off_collector
from infra.composition import declare
from infra.graph import Run, record
from infra.offline import assumed_versions
from infra.project import Project
from infra.settings import from_config
from infra.settings.mistakes import SettingsError
from infra.settings.schema import platform_schema, resolved

ENVIRONMENT, REGION, ACCOUNT = "dev", "eu-west-1", "111111111111"

USER = f"arn:aws:iam::{ACCOUNT}:user/someone"
VPC = {"id": "vpc-0a1b2c3d", "subnets": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]}

BASE: dict[str, Any] = {
    "owner": "ml-platform@example.com",
    "accounts": {ENVIRONMENT: ACCOUNT},
    "network": {"vpc": VPC, "endpoints": "none"},
    "source": {"github": "example/platform"},
    "audit": {"management_events": False},
    "registry": {"packages": False, "mirrors": []},
}
"""What a setting is changed in, with what CONTEXTS has for it: little, for it is declared often."""

MODEL: dict[str, Any] = {
    "features": [
        {
            "name": "visits",
            "record_id": "visit",
            "event_time": "at",
            "features": {"visit": "string", "other": "string", "at": "string", "age": "integral"},
        }
    ],
    "models": [
        {
            "name": "readmission",
            "project": "templates/tabular",
            "features": ["visits"],
            "serving": {"scale": {"min": 2}},  # one instance has no canary
        }
    ],
}
LABELLED: dict[str, Any] = {
    **MODEL,
    "models": [
        {**MODEL["models"][0], "labels": {"table": "curated.outcomes", "time": "decided_at"}}
    ],
}
DEPLOYED: dict[str, Any] = {
    **MODEL,
    "models": [{**MODEL["models"][0], "delivery": {"start": "off"}}],
}
"""A model without a delivery, and so with half of the resources."""
ON_CLUSTER: dict[str, Any] = {
    "network": {"cidr": "10.10.0.0/16", "endpoints": "none"},
    "access": {"personas": {"platform-engineer": [USER]}},
    "kubernetes": {
        "add_ons": ["cert-manager", "kserve"],
        "pools": {"gpu": {"instances": ["g6.2xlarge"]}},
        "teams": {
            team: {"vcpus": 64, "memory_gib": 256, "gpus": 8} for team in ("oncology", "radiology")
        },
    },
    "models": [
        {
            "name": "readmission",
            "project": "templates/tabular",
            "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/gpu:1.0",
            "serving": {"on": "kubernetes", "pods": {"team": "oncology"}},
        }
    ],
}
"""A model that Kubernetes serves."""
BY_KNATIVE: dict[str, Any] = {
    **ON_CLUSTER,
    "kubernetes": {
        **ON_CLUSTER["kubernetes"],
        "add_ons": [*ON_CLUSTER["kubernetes"]["add_ons"], "knative"],
    },
    "models": [
        {
            **ON_CLUSTER["models"][0],
            "serving": {**ON_CLUSTER["models"][0]["serving"], "rollout": {"stable": 0}},
        }
    ],
}
"""The same, by Knative."""
TRAINED_IN_PODS: dict[str, Any] = {
    **ON_CLUSTER,
    "kubernetes": {**ON_CLUSTER["kubernetes"], "add_ons": ["kubeflow-trainer", "kuberay"]},
    "models": [
        {
            **ON_CLUSTER["models"][0],
            "serving": {},
            "training": {"on": "kubernetes", "by": "ray", "pods": {"team": "oncology"}},
        }
    ],
}
"""A model that Ray trains on Kubernetes."""
PRICED: dict[str, Any] = {
    **MODEL,
    "models": [{**MODEL["models"][0], "training": {"instance": "ml.m5.xlarge"}}],
}
"""A model that is trained on what a public price is known of."""
TUNED: dict[str, Any] = {
    **MODEL,
    "models": [{**DEPLOYED["models"][0], "training": {"tune": {"objective": "auc"}}}],
}
BANDED: dict[str, Any] = {
    **MODEL,
    "models": [
        {
            **DEPLOYED["models"][0],
            "training": {"tune": {"objective": "auc", "strategy": "hyperband", "epochs": 9}},
        }
    ],
}
BIASED = {
    **MODEL,
    "models": [
        {
            **MODEL["models"][0],
            "delivery": {"start": "off"},
            "monitor": {"bias": {"on": ["other"]}},
        }
    ],
}
JOB = {
    "name": "clean",
    "script": "templates/jobs/clean.py",
    "reads": ["raw.visits", "raw.wards"],
    "writes": ["curated.visits"],
    "arguments": {"id": "visit", "event-time": "at"},
}
OTHER_JOB = {**JOB, "name": "later", "reads": ["curated.visits"], "writes": ["features.visits"]}
JOBS = {"jobs": [JOB, OTHER_JOB]}
STREAM = {
    "name": "vitals",
    "format": "parquet",
    "columns": {"ward": "string", "heart_rate": "int"},
}
STREAMS = {"streams": [STREAM]}
VISITS = {"visit": "string", "other": "string", "at": "timestamp", "age": "int"}
SHARED = {
    "shares": [
        {
            "name": "research",
            "account": "444444444444",
            "external_id": "research",
            "reads": ["curated.visits"],
        }
    ]
}
LAKEHOUSE = {
    "shares": [
        {
            "name": "lakehouse",
            "databricks": {"external_id": "lakehouse", "writes": ["curated.scores"]},
            "reads": ["curated.visits"],
        }
    ]
}
BY_GLUE = {"jobs": [{**JOB, "engine": "glue"}]}
ON_CLUSTERS = {"jobs": [{**JOB, "engine": "emr"}]}
PAID = {**MODEL["models"][0], "budget": {"monthly_usd": 100}}
CENTER = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
SECRETS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"
STAFF = {"auditor": ["auditors"]}
NETWORK = {"cidr": "10.10.0.0/16", "endpoints": "none"}
FILTER = {"by": "dns", "domains": ["a.example.org"]}
TEAM = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
CHANNEL = "19%3Aalerts%40thread.tacv2"
NOTEBOOKS: dict[str, Any] = {
    "access": {"personas": {"data-engineer": [USER]}},
    "spark": {"studio": {"personas": {"data-engineer": {"reads": ["raw.visits"]}}}},
}
SHARE = {"vcpus": 16, "memory_gib": 64}
ON_KUBERNETES = {
    "network": {"vpc": {**VPC, "internet": True}, "endpoints": "none"},
    "jobs": [{**JOB, "engine": "emr-on-eks", "team": "oncology"}],
    "kubernetes": {
        "administrators": [USER],
        "teams": {"oncology": SHARE, "radiology": SHARE},
    },
}
SIGNED_IN = {
    "access": {**NOTEBOOKS["access"], "saml": SAML},
    "spark": {"studio": {**NOTEBOOKS["spark"]["studio"], "page": {"url": "https://a.example.com"}}},
}
GITHUB, GITLAB = {"github": "example/platform"}, {"gitlab": "example/platform"}
TAGGED = {"delivery": {"trigger": {"tag": "v*"}}}
PROMOTED = {**MODEL, "promotion": {"to": ["staging"]}}
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{TEAM}"
CLASSES = ("artifacts", "audit", "data", "logs", "messages")
ACCOUNTS = {"dev": ACCOUNT, "staging": "222222222222", "prod": "333333333333"}
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider"

LINKED = {"links": {"images": "curated.images", "scores": "curated.scores"}}

ZONES = ("raw", "curated", "features")
TABLE = {"name": "curated.visits", "columns": {"id": "string"}, "partitions": {"day": "date"}}
ICEBERG = {"name": "curated.visits", "columns": {"id": "string"}, "format": "iceberg"}
REPLICA = {"bucket": "copies", "key": KEY.replace(REGION, "eu-central-1")}
COPIED = {"zones": {zone: {"replicate_to": REPLICA} for zone in ZONES}}
READERS = {"personas": {"data-scientist": [USER]}}
GOVERNED = {"access": READERS, "lake": {"governed": True, "tables": [TABLE]}}
LOCK = {"mode": "governance", "days": 7}
LOCKED = {"zones": {zone: {"object_lock": LOCK} for zone in ZONES}}

CLUSTER: dict[str, Any] = {
    "network": NETWORK,
    "access": {"personas": {"platform-engineer": [USER], "data-scientist": [USER]}},
    "kubernetes": {
        "pools": {"general": {"instances": ["m7i.xlarge"]}},
        "teams": {"oncology": {"vcpus": 8, "memory_gib": 32}},
        "add_ons": ["external-secrets", "mlflow"],
        "databases": {"mlflow": {"host": "runs.example.com", "secret": f"{SECRETS}:runs-AbCdEf"}},
    },
}

CONTEXTS: dict[str, dict[str, Any]] = {
    "kubernetes": CLUSTER,
    "kubernetes.existing": {**CLUSTER, "kubernetes": {"add_ons": ["kueue"]}},
    "models.0.training.on": TRAINED_IN_PODS,
    "models.0.training.by": TRAINED_IN_PODS,
    "models.0.training.pods": TRAINED_IN_PODS,
    "models.0.serving.on": ON_CLUSTER,
    "models.0.serving.pods": ON_CLUSTER,
    "models.0.serving.rollout.stable": BY_KNATIVE,
    "kubernetes.jenkins": {
        **CLUSTER,
        "kubernetes": {
            "add_ons": ["external-secrets", "jenkins"],
            "jenkins": {"image": "b.io/b:1"},
        },
    },
    "network": {"network": NETWORK},
    "network.endpoints": {**DEPLOYED, "network": NETWORK},
    "network.vpc": DEPLOYED,
    "network.filter": {"network": {**NETWORK, "filter": FILTER}},
    "keys.administrators": {"access": {"personas": {"platform-engineer": [USER]}}},
    "access.identity_center": {"access": {"identity_center": CENTER, "personas": STAFF}},
    "access.saml": {"access": {"saml": SAML, "personas": STAFF}},
    "access.session_hours": {"access": {"personas": {"auditor": [USER]}}},
    "logs.jobs": MODEL,
    "audit.log_archive": {"audit": {"management_events": True}},
    "audit.macie": {"audit": {"macie": {"identifiers": {"record": {"regex": "MRN[0-9]{8}"}}}}},
    "budget": {"budget": {"monthly_usd": 100}},
    "budget.anomaly_monitor": {"budget": {"monthly_usd": 100, "anomaly_usd": 10}},
    "alerts.email_from": {"alerts": {"email": ["a@example.com"]}},
    "alerts.slack": {"alerts": {"slack": {"workspace": "T0123", "channel": "C0456"}}},
    "alerts.teams": {"alerts": {"teams": {"tenant": TEAM, "team": TEAM, "channel": CHANNEL}}},
    "source.gitlab": {"source": GITLAB},
    "source.bitbucket": {"source": {"bitbucket": "example/platform"}},
    "source.codecommit": {"source": {"codecommit": "platform"}},
    "source.s3": {"source": {"s3": {"bucket": "sources", "key": "platform.zip"}}},
    "delivery.trigger.branch": {"delivery": {"trigger": {"branch": "main"}}},
    "delivery.trigger.tag": TAGGED,
    "delivery.trigger.excluding": TAGGED,
    "delivery.by": {"ci": GITHUB},
    "delivery.approvers": {"access": {"personas": {"reviewer": [USER]}}},
    "ci": {"ci": GITHUB},
    "ci.gitlab": {"ci": GITLAB},
    "ci.issuer": {"ci": GITLAB},
    "ci.default_branch": {"ci": GITLAB},
    "ci.deploys.environment": {"ci": {**GITHUB, "deploys": {"environment": "dev"}}},
    "ci.deploys.branch": {"ci": {**GITHUB, "deploys": {"branch": "main"}}},
    "ci.deploys.tag": {"ci": {**GITHUB, "deploys": {"tag": "v*"}}},
    "promotion": {**PROMOTED, "accounts": ACCOUNTS},
    "promotion.from": {**MODEL, "accounts": ACCOUNTS, "promotion": {"from": "staging"}},
    "registry.packages": MODEL,
    **{f"lake.zones.{zone}.object_lock": {"lake": LOCKED} for zone in ZONES},
    **{f"lake.zones.{zone}.replicate_to": {"lake": COPIED} for zone in ZONES},
    **{
        f"lake.zones.{zone}.backup": {
            "durability": "keep",
            "lake": {"zones": {each: {"backup": {}} for each in ZONES}},
        }
        for zone in ZONES
    },
    **{f"lake.zones.{zone}.sensitivity": GOVERNED for zone in ZONES},
    "lake.governed": {"access": READERS},
    "lake.readers": GOVERNED,
    "lake.tables.0.personal": GOVERNED,
    "lake.tables.0.sensitivity": GOVERNED,
    "lake.tables": {"lake": {"tables": [TABLE]}},
    "lake.quality": {
        **JOBS,
        "lake": {"quality": [{"table": "curated.visits", "rules": ["RowCount > 0"]}]},
    },
    "lake.crawlers": {"lake": {"crawlers": [{"name": "partners", "place": "raw.partners"}]}},
    "lake.table_bucket": {
        "lake": {
            "table_bucket": {"tables": [{"name": "oncology.doses", "columns": {"id": "string"}}]}
        }
    },
    "lake.tables.0.upkeep": {"lake": {"tables": [ICEBERG]}},
    "dashboards": DEPLOYED,
    "hours": {**DEPLOYED, "hours": {}},
    "models.0.serving.always_on": {**DEPLOYED, "hours": {}},
    "queries": {"queries": {"teams": {"oncology": {}}}},
    "features": DEPLOYED,
    "jobs": JOBS,
    "jobs.0.on": JOBS,
    "jobs.0.team": ON_KUBERNETES,
    "jobs.0.fills": {**JOBS, "features": MODEL["features"]},
    "files.shared": {"files": {"shared": {"teams": ["oncology"]}}},
    "files.fast": {"files": {"fast": LINKED}},
    "files.fast.backup_days": {"files": {"fast": {}}},
    "orchestration": JOBS,
    "spark": JOBS,
    "shares": SHARED,
    "shares.0.databricks": LAKEHOUSE,
    "studio": {"studio": {"teams": {"oncology": {"members": {"ana": "data-scientist"}}}}},
    "streams": STREAMS,
    "streams.0.features": {
        "streams": [{**STREAM, "columns": VISITS}],
        "features": MODEL["features"],
    },
    "streams.0.splunk": {
        "streams": [
            {
                **STREAM,
                "splunk": {
                    "endpoint": "https://splunk.example.com",
                    "token_secret": f"{SECRETS}:splunk-a1b2c3",
                },
            }
        ]
    },
    "spark.clusters": ON_CLUSTERS,
    "spark.glue_version": BY_GLUE,
    "spark.studio": NOTEBOOKS,
    "spark.studio.page": SIGNED_IN,
    "models": DEPLOYED,
    "models.0.labels": LABELLED,
    "models.0.project": MODEL,
    "models.0.training.spot": {
        **DEPLOYED,
        "models": [
            {
                **DEPLOYED["models"][0],
                "training": {"checkpoints": True, "spot": {"max_wait_hours": 48}},
            }
        ],
    },
    "models.0.training.files": {**DEPLOYED, "files": {"fast": {}}},
    "models.0.training.tune": TUNED,
    "models.0.training.tune.epochs": BANDED,
    "models.0.approval": MODEL,
    "models.0.accept": MODEL,
    "models.0.delivery": MODEL,
    "models.0.retrain.budget_usd": PRICED,
    "models.0.delivery.tag": {**MODEL, **TAGGED},
    "models.0.monitor.bias": BIASED,
    "models.0.budget": {**MODEL, "models": [PAID], "budget": {"monthly_usd": 100}},
}
"""By the beginning of a setting's path: what the environment has in which it means something."""

VALUES: dict[str, Any] = {
    "owner": "others@example.com",
    "tags": {"cost-center": "clinical-ml"},
    "accounts": {ENVIRONMENT: "222222222222"},
    "network.cidr": "10.20.0.0/16",
    "network.vpc.id": "vpc-1a1b2c3d",
    "network.vpc.subnets": ["subnet-0a1b2c3d", "subnet-2a1b2c3d"],
    "network.vpc.route_tables": ["rtb-0a1b2c3d"],
    "network.filter.domains": ["b.example.org"],
    "access.identity_center": CENTER.replace("0", "1"),
    "access.saml": SAML.replace("idp", "other"),
    "access.personas": {"reviewer": [USER]},
    "budget.anomaly_monitor": f"arn:aws:ce::{ACCOUNT}:anomalymonitor/{TEAM}",
    "audit.log_archive": "central",
    "audit.macie.zones": ["curated"],
    "audit.macie.identifiers": {"other": {"regex": "X[0-9]{8}", "keywords": ["record"]}},
    "hours.days": "mon-thu",
    "hours.between": "08:00-18:00",
    "hours.zone": "Europe/Vienna",
    "shares.0.name": "others",
    "shares.0.account": "555555555555",
    "shares.0.external_id": "others",
    "shares.0.reads": ["curated.wards"],
    "shares.0.databricks.external_id": "others",
    "shares.0.databricks.writes": ["curated.others"],
    "queries.folder": "templates/queries",
    "queries.teams": {"oncology": {}, "cardiology": {"scan_limit_gb": 1, "daily_gb": 2}},
    **{f"keys.existing.{holds}": KEY for holds in CLASSES},
    "logs.jobs": False,  # the environment has an account of its own
    "alerts.email": ["a@example.com"],
    "alerts.slack.workspace": "T4567",
    "alerts.slack.channel": "C4567",
    "alerts.teams.tenant": TEAM.replace("0", "1"),
    "alerts.teams.team": TEAM.replace("0", "1"),
    "alerts.teams.channel": CHANNEL.replace("alerts", "others"),
    "source.github": "example/other",
    "source.gitlab": "example/other",
    "source.bitbucket": "example/other",
    "source.codecommit": "other",
    "source.s3.bucket": "others",
    "source.s3.key": "other.zip",
    "source.s3.kms_key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{TEAM}",
    "source.connection": f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/{TEAM}",
    "delivery.trigger.branch": "release",
    "delivery.trigger.tag": "release-*",
    "delivery.trigger.excluding": "*-rc*",
    "delivery.approvers": ["reviewer"],  # as whom someone signs in
    "delivery.pull_requests": False,  # a branch starts deliveries, which is true
    "ci.github": "example/other",
    "ci.gitlab": "example/other",
    "ci.issuer": "https://gitlab.example.com",
    "ci.provider": f"{PROVIDER}/token.actions.githubusercontent.com",
    "ci.default_branch": "trunk",
    "ci.deploys.environment": "production",
    "ci.deploys.branch": "trunk",
    "ci.deploys.tag": "release-*",
    "promotion.from": "prod",
    "promotion.to": ["staging", "prod"],
    "promotion.operators": ["administrator"],
    "registry.logins": {"docker-hub": f"{SECRETS}:ecr-pullthroughcache/hub-a1b2c3"},
    **{f"lake.zones.{zone}.storage": {"intelligent": 30} for zone in ZONES},
    **{
        f"lake.zones.{zone}.replicate_to.{key}": value
        for zone in ZONES
        for key, value in (
            ("bucket", "others"),
            ("key", KEY.replace(REGION, "eu-west-2")),
            ("account", "222222222222"),
        )
    },
    **{f"lake.zones.{zone}.backup.days": 7 for zone in ZONES},
    **{f"lake.zones.{zone}.sensitivity": "confidential" for zone in ZONES},
    "lake.readers": {"data-scientist": {"rows": {"curated.visits": "id = 'a'"}}},
    "lake.tables.0.personal": ["id"],
    "lake.tables.0.sensitivity": "confidential",
    "lake.quality.0.table": "features.visits",
    "lake.quality.0.rules": ["RowCount > 1"],
    "lake.crawlers.0.name": "others",
    "lake.crawlers.0.place": "curated.others",
    "lake.crawlers.0.schedule": "weekly",
    "lake.table_bucket.tables.0.name": "cardiology.doses",
    "lake.table_bucket.tables.0.columns": {"id": "bigint"},
    "lake.table_bucket.tables.0.required": ["id"],
    "lake.tables.0.name": "raw.visits",
    "lake.tables.0.columns": {"id": "bigint"},
    "lake.tables.0.partitions": {"day": {"from": "2026-01-31"}},
    "lake.tables.0.prefix": "others",
    "lake.tables.0.description": "Visits",
    "features.0.name": "stays",
    "features.0.record_id": "other",
    "features.0.event_time": "other",
    "features.0.descriptions": {"age": "years at the visit"},
    "features.0.features": {"visit": "string", "at": "string", "weight": "fractional"},
    "jobs.0.name": "cleaned",
    "jobs.0.script": "templates/tabular/code/train.py",
    "jobs.0.on.schedule": "hourly",
    "jobs.0.on.arrival": "raw.visits",
    "jobs.0.on.after": "later",
    "jobs.0.reads": ["raw.visits"],
    "jobs.0.writes": ["curated.others"],
    "jobs.0.team": "radiology",
    "jobs.0.arguments": {"id": "visit"},
    "jobs.0.fills": ["visits"],
    "jobs.0.size.max_vcpu": 32,
    "kubernetes.version": "1.35",
    "kubernetes.endpoint.public": ["203.0.113.0/24"],
    "kubernetes.existing": "shared",
    "kubernetes.administrators": [f"arn:aws:iam::{ACCOUNT}:role/admin"],
    "kubernetes.certificate": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/{TEAM}",
    "kubernetes.pools": {"general": {"instances": ["m7i.2xlarge"]}},
    "kubernetes.teams": {"oncology": {"vcpus": 8, "memory_gib": 64}},
    "kubernetes.add_ons": ["external-secrets", "mlflow", "kueue"],
    "kubernetes.jenkins.image": "b.io/b:2",
    "kubernetes.values": {"mlflow": {"replicaCount": 2}},
    "kubernetes.databases": {
        "mlflow": {"host": "b.example.com", "secret": f"{SECRETS}:runs-AbCdEf"}
    },
    "studio.teams": {"oncology": {"members": {"ben": "ml-engineer"}}},
    "studio.domain": "d-0a1b2c3d4e5f",
    "studio.setup": "templates/studio/setup.sh",
    "studio.images": {"r": {"image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/notebooks:1"}},
    "studio.repositories": ["https://github.com/example/notebooks.git"],
    "streams.0.name": "pulses",
    "streams.0.shards": 2,
    "streams.0.to": "curated",
    "streams.0.columns": {"ward": "string"},
    "streams.0.partition_by": ["ward"],
    "streams.0.features": ["visits"],
    "streams.0.splunk.endpoint": "https://other.example.com",
    "streams.0.splunk.token_secret": f"{SECRETS}:other-a1b2c3",
    "files.shared.teams": ["cardiology"],
    "files.shared.training": ["oncology"],
    "files.fast.size_gb": 2400,
    "files.fast.links": {"images": "raw.images", "scores": "curated.scores"},
    "files.fast.exports": ["scores"],
    "spark.clusters.instances": ["m7g.2xlarge"],
    "spark.clusters.spot": "50%",
    "spark.release": "emr-7.11.0",
    "spark.studio.max_vcpu": 48,
    "spark.studio.personas": {"data-engineer": {"reads": ["raw.wards"]}},
    "spark.studio.page.url": "https://other.example.com",
    "spark.studio.page.relay_state": "TargetSource",
    "spark.max_vcpu": 128,
    "models.0.name": "other",
    "models.0.project": "elsewhere",
    "models.0.features": [],
    "models.0.target": "age",
    "models.0.drop": ["ward"],
    "models.0.labels.table": "curated.others",
    "models.0.labels.time": "told_at",
    "models.0.labels.ids": {"visits": "stay"},
    "models.0.training.hyperparameters": {"c": 0.5},
    "models.0.training.tune.objective": "f1",
    "models.0.training.tune.best": "lowest",  # of auc the highest
    "models.0.training.tune.trials": 40,
    "models.0.training.tune.ranges": {"c": [0.1, 9.0]},
    "models.0.training.tune.stop_at": 0.9,
    "models.0.training.tune.warm_start": ["before"],
    "models.0.training.files": {"images": "fast/images"},
    "models.0.training.spot.max_wait_hours": 72,
    "models.0.training.framework": {"pytorch": "2.9"},
    "models.0.serving.framework": {"pytorch": "2.6"},
    "models.0.training.instance_groups": {"learners": {"instance": "ml.m5.xlarge", "count": 2}},
    "models.0.training.reserved": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-plan/oncology",
    "models.0.data": "others",
    "models.0.image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/training:1.0",
    "models.0.delivery.start": "hand",  # a push where it is not said
    "models.0.delivery.tag": "release-*",
    "models.0.serving.rollout.canary": "25%",
    "models.0.monitor.capture": "50%",
    "models.0.monitor.quality.by": ["age"],
    "models.0.monitor.quality.truth": "truth/others",
    "models.0.monitor.bias.on": ["age"],
    "models.0.retrain.on": [],
    "models.0.retrain.schedule": "weekly",
    "models.0.serving.pods.team": "radiology",
    "models.0.training.pods.team": "radiology",
    "custom.module": "extras",
}
"""Other values of settings whose schema allows more texts than the setting does, or refers to what
else the environment has; those of the rest are made from the schema."""

TOGETHER: dict[str, dict[str, Any]] = {
    "kubernetes.jenkins.deploys": {"delivery.by": "ci"},
    "features.0.name": {"models.0.features": ["stays"]},
    "models.0.serving.on": {"models.0.serving": {"on": "sagemaker"}},
    "models.0.training.on": {"models.0.training": {"on": "sagemaker"}},
}
"""What must be changed with a setting, for it is referred to."""

WITHOUT_EFFECT = {
    "models.0.training.budget_usd": "what one training may cost, to which a plan holds it",
    "models.0.features": "which feature groups there must be: its data has the columns",
    "cloud": "which AWS the same resources go to",
}
"""Settings of which no other value changes a resource, each with the reason."""


class Off(NamedTuple):
    """A setting that takes the meaning of others away, with the beginnings of their paths."""

    path: str
    value: Any
    others: tuple[str, ...]
    among: dict[str, Any]
    """What the environment has beside it."""


# That drift starts no training is in accord with all of these, and its contrary is refused.
WATCHING = ("models.0.monitor", "models.0.retrain.on", "models.0.retrain.cooldown_hours")
CLASSIFIED = (
    "lake.readers",
    "lake.tables.0.personal",
    "lake.tables.0.sensitivity",
    "lake.zones.raw.sensitivity",
)
OFF = {
    "no delivery of a model": Off(
        "models.0.delivery.start", "off", ("models.0.delivery", "models.0.accept"), MODEL
    ),
    "no watch": Off("models.0.monitor.data.every", "off", WATCHING, MODEL),
    "no retraining": Off(
        "models.0.retrain.on", [], ("models.0.retrain.on", "models.0.retrain.cooldown_hours"), MODEL
    ),
    "no personas": Off("access.personas", {}, ("access",), {}),
    "delivery by CI": Off("delivery.by", "ci", ("delivery",), {**MODEL, "ci": GITHUB}),
    "an existing VPC": Off("network.vpc", VPC, ("network",), {"network": BASE["network"]}),
    "no governed lake": Off("lake.governed", False, CLASSIFIED, GOVERNED),
    "no records": Off("audit.management_events", False, ("audit.log_archive",), {}),
    "no e-mail": Off("alerts.email", [], ("alerts.email_from",), {}),
}


def leaves(node: Mapping[str, Any], *path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Dotted path and schema of each setting that is no group of others; 0 is a list's first."""
    inner = resolved(node)
    if "properties" in inner:
        for key, below in inner["properties"].items():
            yield from leaves(below, *path, key)
    elif "properties" in resolved(inner.get("items", {})):
        yield from leaves(inner["items"], *path, "0")
    elif "const" not in inner:  # a setting of one value has no other
        yield ".".join(path), {**node, **inner}


LEAVES = dict(leaves(platform_schema()))


def another(path: str, present: Any) -> Any:
    """A value that a setting allows, other than the present one."""
    if path in VALUES:
        return VALUES[path]
    match LEAVES[path]:
        case {"type": "array", "items": items}:
            return [another_of(items, None)]
        case {"enum": _} | {"type": "boolean" | "integer" | "number"} as schema:
            return another_of(schema, present)
    pytest.fail(f"{path}: give it another value in VALUES of {__name__}")


def another_of(schema: Mapping[str, Any], present: Any) -> Any:
    if "enum" in schema:
        return next(choice for choice in schema["enum"] if choice != present)
    if schema["type"] == "boolean":
        return not present
    if present is None:
        return schema.get("minimum", 1)
    if schema["type"] == "number":
        return present / 2
    return present + 1 if present < schema.get("maximum", present + 1) else present - 1


def surroundings(path: str) -> dict[str, Any]:
    """The platform's settings in which the one at a path is changed."""
    parts = path.split(".")
    beginnings = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    context = next((CONTEXTS[each] for each in beginnings if each in CONTEXTS), {})
    return {**BASE, **context}


def at(settings: Any, path: str) -> Any:
    """The value at a path; the schema's default where none is given."""
    for step in path.split("."):
        settings = settings[int(step)] if step.isdecimal() else settings.get(step)
        if settings is None:
            return LEAVES[path].get("default")
    return settings


def put(settings: Any, path: str, value: Any) -> None:
    *above, last = path.split(".")
    for step in above:
        settings = settings[int(step)] if step.isdecimal() else settings.setdefault(step, {})
    settings[last] = value


@cache
def declared(root: Path, settings: str, region: str = REGION) -> dict[str, Any]:
    """Inputs and options of each resource by its URN, from settings as JSON."""
    stack = from_config(json.loads(settings), region, ENVIRONMENT)
    put_back = switch_off_collector()
    try:
        graph = record(
            # Which services deployments look after is no setting.
            lambda: declare(stack, assumed_versions(stack, "maslow"), root, services=frozenset()),
            Run(stack=ENVIRONMENT, region=region, account=stack.account or ACCOUNT),
        )
    finally:
        put_back()
    return {resource.urn: (resource.inputs, resource.options) for resource in graph.resources}


@pytest.fixture(scope="module")
def root(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository, with the template of a model project in another place as well."""
    root = tmp_path_factory.mktemp("repository")
    for entry in project.root.iterdir():
        (root / entry.name).symlink_to(entry)
    (root / "elsewhere").symlink_to(project.root / "templates" / "tabular")
    return root


@pytest.fixture(autouse=True)
def team_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of a team's own, called `extras`, that adds one resource."""
    extras = ModuleType("extras")
    extras.declare = lambda settings, platform: aws.sqs.Queue("extra", opts=platform.options())  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "extras", extras)


@pytest.mark.parametrize("path", sorted(LEAVES.keys() - WITHOUT_EFFECT.keys()))
def test_another_value_of_a_setting_changes_a_resource(root: Path, path: str) -> None:
    before = surroundings(path)
    after = deepcopy(before)
    put(after, path, another(path, at(before, path)))
    for other, value in TOGETHER.get(path, {}).items():
        put(after, other, value)
    changes = declared(root, json.dumps(before)) != declared(root, json.dumps(after))
    assert changes, f"{path}: {at(after, path)} declares what {at(before, path)} does"


@pytest.mark.parametrize(
    ("off", "path"),
    [
        pytest.param(off, path, id=f"{name}: {path}")
        for name, off in OFF.items()
        for path in LEAVES
        if path.startswith(off.others) and path not in (off.path, "models.0.retrain.on")
    ],
)
def test_a_setting_that_another_makes_meaningless_is_refused(
    root: Path, off: Off, path: str
) -> None:
    before = deepcopy({**surroundings(path), **off.among})
    put(before, off.path, off.value)
    after = deepcopy(before)
    put(after, path, another(path, at(before, path)))
    refusal = ""
    try:
        changes = declared(root, json.dumps(before)) != declared(root, json.dumps(after))
    except SettingsError as refused:
        changes, refusal = False, str(refused)
    setting = path.removeprefix("models.0.").split(".")[1]
    assert changes or setting in refusal, f"{path} is passed over"


def test_the_region_changes_a_resource(root: Path) -> None:
    assert declared(root, json.dumps(BASE)) != declared(root, json.dumps(BASE), "eu-west-2")


@pytest.mark.parametrize("path", WITHOUT_EFFECT)
def test_a_setting_is_excused_only_while_it_changes_nothing(root: Path, path: str) -> None:
    before = surroundings(path)
    after = deepcopy(before)
    put(after, path, another(path, at(before, path)))
    assert declared(root, json.dumps(before)) == declared(root, json.dumps(after))


def test_every_context_and_value_is_of_a_setting() -> None:
    beginnings = {path[: len(start)] for path in LEAVES for start in CONTEXTS}
    assert CONTEXTS.keys() <= beginnings
    assert VALUES.keys() | WITHOUT_EFFECT.keys() <= LEAVES.keys()

"""The platform's settings as a whole."""

from typing import Literal

from pydantic import Field

from components.foundation.network.endpoint_services import needed
from infra.settings.base import EmailAddress, Settings
from infra.settings.custom import Custom
from infra.settings.data.features import FeatureGroup
from infra.settings.data.files import Files
from infra.settings.data.jobs import Job, Spark
from infra.settings.data.lake import Lake
from infra.settings.data.queries import Queries
from infra.settings.data.shares import Share
from infra.settings.data.streams import Stream
from infra.settings.devops.ci import Ci
from infra.settings.devops.delivery import Delivery
from infra.settings.devops.promotion import Promotion
from infra.settings.devops.registry import Registry
from infra.settings.devops.source import Source
from infra.settings.experiments import Experiments
from infra.settings.foundation.access import Access
from infra.settings.foundation.accounts import AccountId
from infra.settings.foundation.alerts import Alerts
from infra.settings.foundation.audit import Audit
from infra.settings.foundation.budget import Budget
from infra.settings.foundation.keys import Keys
from infra.settings.foundation.logs import Logs
from infra.settings.foundation.network import Network, uses
from infra.settings.foundation.tags import Tags
from infra.settings.hours import Hours
from infra.settings.kubernetes.cluster import Kubernetes
from infra.settings.mlops.model import ModelSettings
from infra.settings.studio import Studio


class PlatformSettings(Settings):
    """One environment: everything under `maslow:platform`."""

    owner: EmailAddress = Field(description="Who answers for the environment; tags everything.")
    tags: Tags = Field(
        {}, description="Tags of your own, such as cost-center, on all that can be tagged."
    )
    durability: Literal["disposable", "keep", "protected"] = Field(
        "keep",
        description="What a destroy does to data: takes it, leaves it in AWS, or is refused.",
    )
    cloud: Literal["aws", "embedded"] = Field(
        "aws",
        description="Where it stands: in an AWS account, or on the embedded AWS of this machine.",
    )
    accounts: dict[str, AccountId] = Field(
        {},
        description="AWS account of each environment; with it, nothing lands in another one.",
    )
    network: Network = Field(description="The private network that everything runs in.")
    keys: Keys = Field(Keys(), description="Encryption keys.")
    access: Access = Field(Access(), description="Who may sign in, and as what.")
    logs: Logs = Field(Logs(), description="Log groups.")
    audit: Audit = Field(Audit(), description="What is recorded of who did what.")
    budget: Budget | None = Field(None, description="What the environment may cost.")
    alerts: Alerts = Field(
        Alerts(), description="Who is notified of alarms, failures and spending."
    )
    source: Source = Field(description="The repository of the platform.")
    delivery: Delivery = Field(Delivery(), description="How a change travels into the environment.")
    ci: Ci | None = Field(None, description="Roles for GitHub Actions or GitLab CI.")
    promotion: Promotion | None = Field(
        None, description="Where versions of the models come from, or go on to."
    )
    registry: Registry = Field(Registry(), description="Images and packages of the builds.")
    lake: Lake = Field(Lake(), description="The data lake.")
    queries: Queries = Field(Queries(), description="How teams query the lake with Athena.")
    features: tuple[FeatureGroup, ...] = Field((), description="Feature groups.")
    streams: tuple[Stream, ...] = Field((), description="Streams whose records arrive in the lake.")
    files: Files = Field(Files(), description="File systems that jobs and people mount.")
    spark: Spark = Field(Spark(), description="What the jobs of data run on.")
    jobs: tuple[Job, ...] = Field((), description="Jobs of data.")
    orchestration: Literal["step-functions", "mwaa-serverless"] = Field(
        "step-functions",
        description="What runs the jobs: Step Functions, or Apache Airflow by MWAA Serverless.",
    )
    shares: tuple[Share, ...] = Field((), description="Who else reads of the lake.")
    studio: Studio | None = Field(
        None, description="SageMaker Studio: where the people of teams work with notebooks."
    )
    experiments: Experiments | None = Field(
        None, description="Managed MLflow, where trainings and evaluations keep their runs."
    )
    kubernetes: Kubernetes | None = Field(
        None, description="An EKS cluster that teams train, serve and process on."
    )
    models: tuple[ModelSettings, ...] = Field((), description="Models.")
    hours: Hours | None = Field(
        None,
        description="When the environment works: outside of these hours its endpoints are off, and "
        "nothing but a person starts a training.",
    )
    dashboards: bool = Field(
        True,
        description="Whether CloudWatch has a dashboard of each model and one of all of them.",
    )
    custom: Custom | None = Field(None, description="A package of the team's own.")

    @property
    def origin(self) -> str | None:
        """The environment that trains the models, where it is another one."""
        return self.promotion.origin if self.promotion else None

    def job_logs(self, environment: str) -> Literal["here", "elsewhere", "unknown"]:
        """Who declares the log groups of the account's jobs, as far as this file tells."""
        if self.logs.jobs is not None:
            return "here" if self.logs.jobs else "elsewhere"
        alone = [*self.accounts.values()].count(self.accounts.get(environment, "")) == 1
        return "here" if alone or self.cloud == "embedded" else "unknown"

    @property
    def endpoints(self) -> list[str]:
        """The AWS services that the network reaches by interface endpoints."""
        chosen = self.network.endpoints
        if chosen == "none":
            return []
        if chosen != "needed":
            return list(chosen)
        return needed(uses(self.model_dump(by_alias=True)))

"""The namespaces of Kubernetes that EMR runs jobs in."""

from components.data.jobs.containers import ContainersArgs
from components.data.jobs.namespace import SparkNamespace
from infra.environment import Environment
from infra.needs.need import Need
from infra.needs.outputs import Cluster
from infra.settings import PlatformSettings
from infra.settings.data.containers import EKS


def declare_namespaces(
    settings: PlatformSettings, env: Environment, need: Need, cluster: Cluster | None
) -> dict[str, ContainersArgs]:
    """Declare the virtual cluster of each team that a job names; what jobs are told of it."""
    teams = sorted({job.team for job in settings.jobs if job.engine == EKS and job.team})
    namespaces: dict[str, ContainersArgs] = {}
    for team in teams:
        if cluster is None:
            raise ValueError(f"{team}: there is no cluster of Kubernetes")
        made = env.component(SparkNamespace)(
            env.names("jobs", team),
            {
                "virtual_cluster_name": env.names("jobs", team, limit=64),
                "cluster": cluster.name,
                "namespace": cluster.namespaces[team],
            },
            need.child_options(),
        )
        namespaces[team] = {
            "release": settings.spark.release,
            "virtual_cluster_id": made.virtual_cluster_id,
            "virtual_cluster_arn": made.arn,
            "cluster": cluster.name,
            "cluster_arn": cluster.arn,
            "namespace": team,
        }
    return namespaces

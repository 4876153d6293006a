"""Connections, builds and pipelines.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodebuild.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodeconnections.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodepipeline.html
"""

from components.devops.actions.grant import OURS, Grant, Table

TABLE: Table = {
    "aws:codebuild/project:Project": (
        Grant(
            "codebuild",
            "project/{name}",
            create="CreateProject",
            read="BatchGetProjects",
            update="UpdateProject",
            delete="DeleteProject",
        ),
    ),
    "aws:codeconnections/connection:Connection": (
        Grant(
            "codeconnections",
            create="CreateConnection",
            reason="a connection has no ARN before it exists",
        ),
        Grant(
            "codeconnections",
            "connection/*",
            create="PassConnection",
            read="GetConnection ListTagsForResource",
            update="TagResource UntagResource",
            delete="DeleteConnection",
            when=OURS,
        ),
    ),
    "aws:codepipeline/pipeline:Pipeline": (
        # A pipeline may take a connection that was made under the service's older name.
        Grant(
            "codestar-connections",
            "connection/*",
            create="PassConnection",
            when=OURS,
        ),
        Grant(
            "codepipeline",
            "{name}",
            create="CreatePipeline",
            read="GetPipeline ListTagsForResource",
            update="UpdatePipeline TagResource UntagResource",
            delete="DeletePipeline",
        ),
    ),
}

"""Build projects.

https://docs.aws.amazon.com/codebuild/latest/APIReference/
"""

from catalog.record import Call, Iam, Tags, Type, arn_of

TYPES = (
    Type(
        "aws:codebuild/project:Project",
        "codebuild",
        id=arn_of("codebuild", "project/{name}"),
        name="name",
        limit=150,
        create=Call(
            "CreateProject",
            names={
                "buildTimeout": "timeoutInMinutes",
                "queuedTimeout": "queuedTimeoutInMinutes",
            },
            outputs={"arn": "project.arn"},
        ),
        read=Call(
            "BatchGetProjects",
            given={"names": ["{name}"]},
            at="projects[0]",
            outputs={"arn": "arn"},
        ),
        presumed={
            "logsConfig.cloudwatchLogs.status": "ENABLED",
            "logsConfig.s3Logs.status": "DISABLED",
        },
        remade="moto has no UpdateProject",
        delete=Call("DeleteProject", given={"name": "{name}"}),
        tags=Tags(
            Call("UpdateProject", given={"name": "{name}"}),
            Call("UpdateProject", given={"name": "{name}"}),
        ),
        cloudformation="AWS::CodeBuild::Project",
        outputs={"arn": "{id}"},
        holds_no_data="its logs and artifacts are elsewhere",
        iam=Iam(on="project/{name}"),
    ),
)

"""What keeps a card with each version as it is registered: a rule, a machine and a function.

The event of SageMaker does not say whether a version is new, and the function does not touch a card
that somebody has written. Where it fails, the alert on machines tells.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import pulumi

from components.common.event_start import start_on_event, starting_role
from components.common.function import CodePlaceArgs, python_function
from components.common.iam import Document, Json, allow, document, rendered
from components.common.log_group import deliver_logs
from components.common.state_machine import logged_machine
from components.common.states import RETRY
from components.common.workload import artifacts_prefix

CODE = Path(__file__).parent / "runtime"
FILES = ("__init__.py", "card.py", "documents.py", "keep_card.py")
PACKAGE = "cards"
TIMEOUT_SECONDS = 60
MEMORY_MB = 256


class VersionCardsArgs(CodePlaceArgs):
    """What keeps the cards of an environment's versions is made of."""

    name_prefix: str
    """What the names of the environment's model package groups begin with."""
    owner: str
    """Who answers for the models."""
    said: dict[str, dict[str, str]]
    """What each project's card.yaml says by its keys, by the name of the package group."""


def files(owner: str, said: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The function's code and what it is told, by the names of the files."""
    code = {name: (CODE / name).read_text(encoding="utf-8") for name in FILES}
    told = json.dumps({"owner": owner, "models": said}, sort_keys=True)
    return {f"{PACKAGE}/{name}": text for name, text in {**code, "said.json": told}.items()}


def registered_pattern(name_prefix: str) -> Json:
    """The events of versions in the groups whose names begin so.

    https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html#eventbridge-model-package
    """
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {
            "ModelPackageGroupName": [{"prefix": name_prefix}],
            "ModelPackageStatus": ["Completed"],
        },
    }


def keeping_machine(*, function_arn: str) -> Json:
    """The definition: the version that the event is about gets its card."""
    detail = "$states.context.Execution.Input.detail"
    return {
        "Comment": "Keeps the card of a version that was registered",
        "QueryLanguage": "JSONata",
        "StartAt": "KeepCard",
        "States": {
            "KeepCard": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {
                    "FunctionName": function_arn,
                    "Payload": {
                        "arn": f"{{% {detail}.ModelPackageArn %}}",
                        "group": f"{{% {detail}.ModelPackageGroupName %}}",
                    },
                },
                "Output": "{% $states.result.Payload %}",
                "Retry": RETRY,
                "End": True,
            }
        },
    }


def machine_policy(*, function_arn: str) -> Document:
    """What the machine may do: call the function, and keep its log."""
    return document(allow(["lambda:InvokeFunction"], [function_arn]), deliver_logs())


def function_policy(
    *, name_prefix: str, bucket: str, key_arn: str, account_id: str, region: str
) -> Document:
    """What the function may do: read what versions were made of, and keep their cards."""
    packages = f"arn:aws:sagemaker:{region}:{account_id}:model-package/{name_prefix}*"
    return document(
        allow(["sagemaker:DescribeModelPackage", "sagemaker:UpdateModelPackage"], [packages]),
        allow(["s3:GetObject"], [f"arn:aws:s3:::{bucket}/{artifacts_prefix('*')}"]),
        allow(["kms:Decrypt"], [key_arn]),
    )


class VersionCards(pulumi.ComponentResource):
    """A card for every version, as it is registered by a pipeline or by hand.

    Raises ValueError for a retention that CloudWatch Logs does not offer.
    """

    state_machine_arn: pulumi.Output[str]
    """ARN of the state machine."""

    def __init__(
        self, name: str, args: VersionCardsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:VersionCards", name, None, opts)
        policy = pulumi.Output.all(
            name_prefix=args["name_prefix"],
            bucket=args["artifacts_bucket"],
            key_arn=args["artifacts_key_arn"],
            account_id=args["account_id"],
            region=args["region"],
        ).apply(lambda known: function_policy(**known))
        function = python_function(
            f"{name}-keep",
            {
                "what": "version-cards",
                "description": "Keeps the card of a version of a model as it is registered",
                "files": files(args["owner"], args["said"]),
                "handler": f"{PACKAGE}.keep_card.handler",
                "policy": policy,
                "variables": {},
                "timeout": TIMEOUT_SECONDS,
                "memory": MEMORY_MB,
            },
            args,
            parent=self,
        )
        machine = logged_machine(
            name,
            args,
            parent=self,
            definition=rendered(keeping_machine, function_arn=function.arn),
            policy=rendered(machine_policy, function_arn=function.arn),
            account_id=args["account_id"],
        )
        start_on_event(
            name,
            parent=self,
            description="Versions of models that are registered or changed",
            pattern=json.dumps(registered_pattern(args["name_prefix"])),
            machine_arn=machine.arn,
            role=starting_role(
                name, parent=self, machine_arn=machine.arn, account_id=args["account_id"]
            ),
        )
        self.state_machine_arn = machine.arn
        self.register_outputs({"state_machine_arn": self.state_machine_arn})

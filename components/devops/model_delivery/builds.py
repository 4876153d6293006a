"""The builds of a model's delivery: check, image, judgement."""

from collections.abc import Mapping

import pulumi

from components.common.iam import rendered
from components.devops.delivery.buildspec import Buildspec
from components.devops.delivery.stage_build import StageBuild
from components.devops.model_delivery import buildspec, permissions
from components.devops.model_delivery.args import ModelDeliveryArgs
from components.devops.registries.package_registry import read_packages

Inputs = dict[str, pulumi.Input[str]]


def model_builds(
    name: str, *, parent: pulumi.Resource, args: ModelDeliveryArgs
) -> dict[str, StageBuild]:
    """The builds by stage, children of `parent`; each may do what its stage takes."""
    packages = _packages(args)
    policy, variables = packages
    builds = {
        "Check": _build(
            "Check",
            name=name,
            parent=parent,
            args=args,
            spec=buildspec.check(packages=bool(policy)),
            policies={
                "check": rendered(
                    permissions.check_policy,
                    model=args["model"],
                    artifacts_bucket=args["artifacts_bucket"],
                ),
                **policy,
            },
            variables={
                "PROJECT": args["project"],
                "CODE_BUCKET": args["artifacts_bucket"],
                "CODE_PREFIX": permissions.code_prefix(args["model"]),
                "CODE_KEY_ARN": args["artifacts_key_arn"],
                **variables,
            },
            cache=True,
        )
    }
    if "image" in args:
        builds["Image"] = _image(name, parent, args, packages)
    builds["Evaluate"] = _evaluate(name, parent, args)
    return builds


def _image(
    name: str, parent: pulumi.Resource, args: ModelDeliveryArgs, packages: tuple[Inputs, Inputs]
) -> StageBuild:
    image = args["image"]
    policy, variables = packages
    return _build(
        "Image",
        name=name,
        parent=parent,
        args=args,
        spec=buildspec.image(packages=bool(policy)),
        policies={
            "image": rendered(
                permissions.image_policy,
                repository_arn=image["repository_arn"],
                base_image=image["base_image"],
                by_inspector=image.get("by_inspector", False),
                mirrors=image.get("mirrors", []),
                account_id=args["account_id"],
                region=args["region"],
            ),
            **policy,
        },
        variables={
            "PROJECT": args["project"],
            "REPOSITORY": image["repository_url"],
            "REPOSITORY_NAME": image["repository_name"],
            "BASE_IMAGE": image["base_image"],
            "FAIL_ON": image["fail_on"].value,
            **variables,
        },
        docker=True,
    )


def _evaluate(name: str, parent: pulumi.Resource, args: ModelDeliveryArgs) -> StageBuild:
    variables: Inputs = {
        "TRAINING_PIPELINE": args["training_pipeline_name"],
        "ENDPOINT": args["endpoint_name"],
        "ACCEPT": args["accept"],
    }
    if args["compare_with_live"]:
        variables["COMPARE_WITH_LIVE"] = "yes"
    return _build(
        "Evaluate",
        name=name,
        parent=parent,
        args=args,
        spec=buildspec.evaluate(),
        policies={
            "evaluate": rendered(
                permissions.evaluate_policy,
                model=args["model"],
                artifacts_bucket=args["artifacts_bucket"],
                pipeline_arn=args["training_pipeline_arn"],
                group_name=args["group_name"],
                endpoint_name=args["endpoint_name"],
                serving_name=args["serving_name"],
                account_id=args["account_id"],
                region=args["region"],
            )
        },
        variables=variables,
    )


def _build(
    stage: str,
    *,
    name: str,
    parent: pulumi.Resource,
    args: ModelDeliveryArgs,
    spec: Buildspec,
    policies: Inputs,
    variables: Mapping[str, pulumi.Input[str]],
    docker: bool = False,
    cache: bool = False,
) -> StageBuild:
    return StageBuild(
        f"{name}-{stage.lower()}",
        {
            "buildspec": spec,
            "minutes": buildspec.MINUTES[stage],
            "description": f"{stage} {args['project']} for the model {args['model']}",
            "pipeline_name": args["pipeline_name"],
            "policies": policies,
            "variables": [
                {"name": variable, "value": value, "secret": False}
                for variable, value in variables.items()
            ],
            "account_id": args["account_id"],
            "artifact_bucket_arn": args["artifacts_bucket_arn"],
            "artifact_key_arn": args["artifacts_key_arn"],
            "log_key_arn": args["log_key_arn"],
            "log_retention_days": args["log_retention_days"],
            "network": args["network"],
            "docker": docker,
            "cache": cache,
        },
        pulumi.ResourceOptions(parent=parent),
    )


def _packages(args: ModelDeliveryArgs) -> tuple[Inputs, Inputs]:
    """The policy and the variables by which a build installs from the environment's repository."""
    if "packages" not in args:
        return {}, {}
    packages = args["packages"]
    policy = rendered(
        read_packages,
        domain_arn=packages["domain_arn"],
        repository_arn=packages["repository_arn"],
    )
    return {"packages": policy}, {
        "PACKAGE_DOMAIN": packages["domain"],
        "PACKAGE_OWNER": args["account_id"],
        "PACKAGE_REPOSITORY": packages["repository"],
    }

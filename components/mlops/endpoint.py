"""A real-time endpoint: one approved version of a model, scaled, captured, watched, rolled out."""

from typing import Any, NotRequired

import pulumi
import pulumi_aws as aws

from catalog.instances import family_of
from components.common.args import DeadLetterArgs, LoggedArgs
from components.common.execution_role import ExecutionRole
from components.common.hours import HoursArgs
from components.common.iam import Document, allow, document, rendered
from components.common.job_access import publish_metrics, read_objects, use_keys, write_objects
from components.common.log_group import encrypted_log_group, endpoint_log_group
from components.common.other_accounts import OriginArgs, read_origin
from components.common.workload import artifacts_prefix, run_inputs, run_statements
from components.mlops.alarms import error_alarm, latency_alarm, release_alert
from components.mlops.autoscaling import scale_variant, tracking
from components.mlops.capture import CaptureArgs
from components.mlops.hours.machine import ScalingArgs
from components.mlops.hours.switch import Switch
from components.mlops.hours.turning_on import on_before_update
from components.mlops.release import release_hooks
from components.mlops.rollout import ALL_TRAFFIC, Rollout, deployment_config
from components.platform.instance_types import has_local_storage


class HoursOfEndpointArgs(DeadLetterArgs):
    """When an endpoint serves, and what turning it off and on takes."""

    week: HoursArgs
    """The hours."""
    tags: dict[str, str]
    """Tags of what is created when they begin."""


class EndpointArgs(CaptureArgs, LoggedArgs):
    """What an endpoint is made of."""

    endpoint_name: str
    """Name within the account and region: 1 to 63 letters, digits and hyphens."""
    model_package_arn: pulumi.Input[str]
    """ARN of the approved model package version that serves."""
    image_uri: pulumi.Input[str]
    """Image in ECR that the package's inference specification names."""
    instance_type: str
    """Instance type, such as `ml.c6i.large`."""
    min_instances: int
    """Fewest instances, and as many as the first version starts with."""
    max_instances: int
    """Most instances."""
    live_instances: int
    """How many instances serve now, 0 if none do: a new version starts with as many, within the two
    above. It counts when the configuration is replaced, and by itself replaces none."""
    invocations_per_minute: int
    """Invocations a minute that one instance should take."""
    rollout: Rollout
    """How traffic shifts to a new version."""
    latency_ms: int
    """Latency of the 99th percentile, in milliseconds, above which the alarm goes off."""
    error_percent: float
    """Failed invocations, in percent, above which the alarm goes off."""
    capture_percent: int
    """Invocations whose data is captured, in percent."""
    network_isolation: NotRequired[bool]
    """Whether the container can make no network calls, which is so unless given."""
    hours: HoursOfEndpointArgs | None
    """When it serves; None for always."""


def serving_policy(
    *,
    model: str,
    artifacts_bucket: str,
    artifacts_key_arn: str,
    capture_bucket: str,
    capture_prefix: str,
    capture_key_arn: str,
    alarm_names: list[str],
    account_id: str,
    region: str,
    origin: OriginArgs | None = None,
    **run: Any,
) -> Document:
    """What the endpoint may do: read its model, write its captures, logs and metrics.

    It also looks at the alarms that roll its deployments back. `origin` is where its model is, if
    another account trained it; `run` is for `run_statements`.

    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
    """
    return document(
        *(read_origin(origin) if origin else []),
        *read_objects(artifacts_bucket, artifacts_prefix(model)),
        write_objects(capture_bucket, capture_prefix),
        use_keys(sorted({artifacts_key_arn, capture_key_arn})),
        publish_metrics(["/aws/sagemaker/Endpoints*"]),
        allow(
            ["cloudwatch:DescribeAlarms"],
            [f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{name}" for name in alarm_names],
        ),
        *run_statements(
            artifacts_key_arn=artifacts_key_arn, account_id=account_id, region=region, **run
        ),
    )


class Endpoint(pulumi.ComponentResource):
    """An endpoint of a fixed name, whose configuration is a new one for every change.

    One of a burstable type has no scaling, and one of a type without deployment guardrails moves to
    a new configuration at once (`catalog.instances`).

    A new model version makes a new model and a new configuration, the endpoint moves to it by the
    rollout, and the old ones go. The alarms exist before the endpoint, which rolls back by them; a
    release that was rolled back fails, and deletes nothing (`components.mlops.release`).

    Raises ValueError for a rollout outside SageMaker's limits.
    """

    name: pulumi.Output[str]
    """Name of the endpoint, known once it serves."""
    arn: pulumi.Output[str]
    """ARN of the endpoint."""
    alarm_names: list[pulumi.Output[str]]
    """Names of the latency and the error alarm."""
    capture_uri: pulumi.Output[str]
    """S3 URI under which the captured data is."""

    def __init__(
        self, name: str, args: EndpointArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Endpoint", name, None, opts)
        endpoint_name = args["endpoint_name"]
        alarms = [
            latency_alarm(
                f"{name}-latency",
                parent=self,
                endpoint_name=endpoint_name,
                variant_name=ALL_TRAFFIC,
                latency_ms=args["latency_ms"],
                topic_arn=args["alert_topics"]["warning"],
            ),
            error_alarm(
                f"{name}-errors",
                parent=self,
                endpoint_name=endpoint_name,
                variant_name=ALL_TRAFFIC,
                error_percent=args["error_percent"],
                topic_arn=args["alert_topics"]["critical"],
            ),
        ]
        self.alarm_names = [alarm.name for alarm in alarms]
        release_alert(
            f"{name}-release",
            parent=self,
            endpoint_name=endpoint_name,
            topic_arn=args["alert_topics"]["critical"],
        )
        self.capture_uri = pulumi.Output.format(
            "s3://{0}/{1}", args["capture_bucket"], args["capture_prefix"]
        )
        log_group = encrypted_log_group(
            f"{name}-log",
            parent=self,
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
            log_group_name=endpoint_log_group(endpoint_name),
        )
        model = self._model(name, args)
        configuration = self._configuration(name, args, model)
        family = family_of(args["instance_type"])
        rollout = deployment_config(
            args["rollout"],
            min_instances=args["min_instances"],
            rollback_alarms=self.alarm_names,
        )
        endpoint = aws.sagemaker.Endpoint(
            f"{name}-endpoint",
            name=endpoint_name,
            endpoint_config_name=configuration.name,
            deployment_config=rollout if family.guardrails else None,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[log_group],  # its containers may not make it
                hooks=release_hooks(
                    f"{name}-release",
                    endpoint_name=endpoint_name,
                    region=args["region"],
                    scaled=not family.burstable,
                    first=_turned_on(name, args),
                ),
            ),
        )
        policy = None
        if not family.burstable:
            policy = scale_variant(
                f"{name}-scaling",
                parent=self,
                endpoint=endpoint,
                endpoint_name=endpoint_name,
                variant_name=ALL_TRAFFIC,
                min_instances=args["min_instances"],
                max_instances=args["max_instances"],
                invocations_per_minute=args["invocations_per_minute"],
            )
        if hours := args["hours"]:
            self._switch(name, args, hours, endpoint, policy)
        self.name = endpoint.name
        self.arn = endpoint.arn
        self.register_outputs(
            {
                "name": self.name,
                "arn": self.arn,
                "alarm_names": self.alarm_names,
                "capture_uri": self.capture_uri,
            }
        )

    def _switch(
        self,
        name: str,
        args: EndpointArgs,
        hours: HoursOfEndpointArgs,
        endpoint: aws.sagemaker.Endpoint,
        policy: aws.appautoscaling.Policy | None,
    ) -> None:
        """Turn the endpoint off and on again, once it is there."""

        def scaling(policy_name: str) -> ScalingArgs:
            return {
                "variant_name": ALL_TRAFFIC,
                "min_instances": args["min_instances"],
                "max_instances": args["max_instances"],
                "policy_name": policy_name,
                "policy": tracking(args["invocations_per_minute"]),
            }

        Switch(
            f"{name}-hours",
            {
                "hours": hours["week"],
                "endpoint_name": args["endpoint_name"],
                # What a failed release leaves is not what the next morning begins with.
                "configuration_name": endpoint.endpoint_config_name,
                "tags": hours["tags"],
                "scaling": policy.name.apply(scaling) if policy else None,
                "topic_arn": args["alert_topics"]["critical"],
                "dead_letter_arn": hours["dead_letter_arn"],
                "messages_key_arn": hours["messages_key_arn"],
                "log_key_arn": args["log_key_arn"],
                "log_retention_days": args["log_retention_days"],
                "account_id": args["account_id"],
                "region": args["region"],
            },
            pulumi.ResourceOptions(parent=self),
        )

    def _model(self, name: str, args: EndpointArgs) -> aws.sagemaker.Model:
        role = ExecutionRole(
            f"{name}-role",
            {
                "service": "sagemaker.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "serving": rendered(
                        serving_policy,
                        model=args["model"],
                        artifacts_bucket=args["artifacts_bucket"],
                        capture_bucket=args["capture_bucket"],
                        capture_prefix=args["capture_prefix"],
                        capture_key_arn=args["capture_key_arn"],
                        alarm_names=self.alarm_names,
                        origin=args.get("origin"),
                        **run_inputs(
                            args,
                            args["image_uri"],
                            [endpoint_log_group(args["endpoint_name"])],
                            builds=True,
                        ),
                    )
                },
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        return aws.sagemaker.Model(
            f"{name}-model",
            execution_role_arn=role.arn,
            primary_container={"model_package_name": args["model_package_arn"]},
            enable_network_isolation=args.get("network_isolation", True),
            vpc_config={
                "subnets": args["subnet_ids"],
                "security_group_ids": [args["security_group_id"]],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )

    def _configuration(
        self, name: str, args: EndpointArgs, model: aws.sagemaker.Model
    ) -> aws.sagemaker.EndpointConfiguration:
        encrypted_by_hardware = has_local_storage(args["instance_type"])
        scaled = not family_of(args["instance_type"]).burstable
        instances = args["min_instances"]
        if scaled:
            instances = min(max(args["live_instances"], instances), args["max_instances"])
        return aws.sagemaker.EndpointConfiguration(
            f"{name}-configuration",
            production_variants=[
                {
                    "variant_name": ALL_TRAFFIC,
                    "model_name": model.name,
                    "instance_type": args["instance_type"],
                    "initial_instance_count": instances,
                    "initial_variant_weight": 1,
                }
            ],
            kms_key_arn=None if encrypted_by_hardware else args["artifacts_key_arn"],
            data_capture_config={
                "enable_capture": True,
                "initial_sampling_percentage": args["capture_percent"],
                "destination_s3_uri": self.capture_uri,
                "kms_key_id": args["capture_key_arn"],
                "capture_options": [{"capture_mode": "Input"}, {"capture_mode": "Output"}],
                "capture_content_type_header": {
                    "csv_content_types": ["text/csv"],
                    "json_content_types": ["application/json"],
                },
            },
            opts=pulumi.ResourceOptions(
                parent=self,
                # How many there are is the scaling's to say, once there are some.
                ignore_changes=["productionVariants[0].initialInstanceCount"] if scaled else None,
            ),
        )


def _turned_on(name: str, args: EndpointArgs) -> list[pulumi.ResourceHook]:
    hours = args["hours"]
    if not hours:
        return []
    return [
        on_before_update(
            f"{name}-turned-on",
            endpoint_name=args["endpoint_name"],
            region=args["region"],
            tags=hours["tags"],
        )
    ]

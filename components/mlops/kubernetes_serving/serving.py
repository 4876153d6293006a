"""A model that Kubernetes serves: KServe's object, what captures its requests, and its alarms."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.common.iam import rendered
from components.common.pod_account import NamespaceArgs, account_rights, pod_account
from components.mlops.capture import CaptureArgs
from components.mlops.kubernetes_serving.alarms import (
    AWAY_MINUTES,
    NAMESPACE,
    WAKING_MINUTES,
    serving_alarms,
)
from components.mlops.kubernetes_serving.deployed import inference_name
from components.mlops.kubernetes_serving.objects import (
    MODE,
    OF_MODEL,
    PORT,
    KnativeArgs,
    PodsArgs,
    annotations,
    fetching_name,
    predictor,
    receiver_pod,
    runtime_files,
)
from components.mlops.kubernetes_serving.policies import capturing_policy, reading_policy
from components.mlops.rollout import ALL_TRAFFIC
from components.platform.runtime_pod import code_name, lone_deployment

RECEIVER_LABEL = "maslow.dev/receiver"


class KubernetesServingArgs(CaptureArgs, NamespaceArgs):
    """What a model on Kubernetes is made of."""

    version: str
    """Number of the version that it serves."""
    endpoint_name: str
    """What its captures and its metrics are called by, as if it were an endpoint of SageMaker's."""
    object_name: str
    """What its objects are called in the namespace, at most 40 characters."""
    image_uri: pulumi.Input[str]
    """Image that the version is registered with."""
    runtime_image: pulumi.Input[str]
    """Image in ECR with Python 3.10 or later and boto3, for what fetches and captures."""
    environment: dict[str, str]
    """Environment of the container, as the version is registered with it."""
    model_data: str
    """S3 URI of the version's model.tar.gz."""
    pods: PodsArgs
    """What its pods are, and how many."""
    knative: KnativeArgs | None
    """How Knative runs them; None where it does not."""
    latency_ms: int
    """Latency of the 99th percentile, in milliseconds, above which the alarm goes off."""
    error_percent: float
    """Failed requests, in percent, above which the alarm goes off."""
    capture_percent: int
    """Requests that are captured, in percent."""


class KubernetesServing(pulumi.ComponentResource):
    """An InferenceService of the approved version, and a receiver beside it.

    The model's pods read its artefacts as one role, the receiver writes captures as another. KServe
    has a new version's pods take over one after the other, and goes no further where one does not
    become well; where Knative runs them, a version that is not ready gets no requests, and one that
    is gets its share. Nothing takes back what does and is worse: the alarms tell of it.
    """

    name: pulumi.Output[str]
    """What its captures and metrics are called by, known once KServe has taken it."""
    url: pulumi.Output[str]
    """Where it is asked, from within the namespace and the platform's own."""
    alarm_names: list[pulumi.Output[str]]
    """Names of the alarms."""

    def __init__(
        self, name: str, args: KubernetesServingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:KubernetesServing", name, None, opts)
        called = args["object_name"]
        alarms = serving_alarms(
            name,
            parent=self,
            endpoint_name=args["endpoint_name"],
            latency_ms=args["latency_ms"],
            error_percent=args["error_percent"],
            topics=args["alert_topics"],
            away_minutes=WAKING_MINUTES if args["knative"] else AWAY_MINUTES,
        )
        self.alarm_names = [alarm.name for alarm in alarms]
        code = kubernetes.core.v1.ConfigMap(
            f"{name}-code",
            metadata=_called(args, code_name(called, runtime_files())),
            data=runtime_files(),
            immutable=True,
            opts=self._child(),
        )
        receiving = self._receiver(name, args, code)
        fetching, after = code.metadata.name, [receiving]
        if args["knative"]:
            fetching = pulumi.Output.from_input(fetching_name(called))
            after.append(
                kubernetes.core.v1.ConfigMap(
                    f"{name}-fetch",
                    metadata=_called(args, fetching_name(called)),
                    data=runtime_files(),
                    opts=self._child(),
                )
            )
        reads = self._account(
            f"{name}-reads",
            args,
            called,
            rendered(
                reading_policy,
                model=args["model"],
                artifacts_bucket=args["artifacts_bucket"],
                artifacts_key_arn=args["artifacts_key_arn"],
                origin=args.get("origin"),
            ),
        )
        service = kubernetes.apiextensions.CustomResource(
            inference_name(name),
            api_version="serving.kserve.io/v1beta1",
            kind="InferenceService",
            metadata=_called(args, called)
            | {"annotations": annotations(args["version"], args["pods"], args["knative"])},
            spec=self._spec(args, fetching),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[*reads, *after],
                # KServe refuses another mode for what is there, and the name stays.
                replace_on_changes=[f'metadata.annotations["{MODE}"]'],
                delete_before_replace=True,
            ),
        )
        self.name = service.id.apply(lambda _: args["endpoint_name"])
        self.url = pulumi.Output.format(
            "http://{0}-predictor.{1}/invocations", called, args["namespace"]
        )
        self.register_outputs({"name": self.name, "url": self.url, "alarm_names": self.alarm_names})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _spec(
        self, args: KubernetesServingArgs, fetching: pulumi.Output[str]
    ) -> pulumi.Output[dict[str, Any]]:
        def build(image: str, runtime_image: str, code: str) -> dict[str, Any]:
            return predictor(
                {
                    "model": args["model"],
                    "image": image,
                    "runtime_image": runtime_image,
                    "environment": args["environment"],
                    "model_data": args["model_data"],
                    "account": args["object_name"],
                    "receiver": _receiver_name(args),
                    "code": code,
                    "region": args["region"],
                    "pods": args["pods"],
                    "knative": args["knative"],
                }
            )

        return pulumi.Output.all(args["image_uri"], args["runtime_image"], fetching).apply(
            lambda known: build(*known)
        )

    def _receiver(
        self, name: str, args: KubernetesServingArgs, code: kubernetes.core.v1.ConfigMap
    ) -> pulumi.Resource:
        called = _receiver_name(args)
        labels = {RECEIVER_LABEL: args["object_name"]}
        writes = self._account(
            f"{name}-captures",
            args,
            called,
            rendered(
                capturing_policy,
                capture_bucket=args["capture_bucket"],
                capture_prefix=args["capture_prefix"],
                capture_key_arn=args["capture_key_arn"],
            ),
        )

        knative = args["knative"] is not None
        if knative:
            # How many pods there should be, a ping tells of none.
            rules = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]}]
            writes += account_rights(
                f"{name}-lists", args["namespace"], called, parent=self, rules=rules
            )

        def pod(image: str, code: str, bucket: str, key_arn: str, namespace: str) -> dict[str, Any]:
            predictor = f"http://{args['object_name']}-predictor"
            asked = {"PING_URL": f"{predictor}/ping"}
            if knative:
                asked = {
                    "PING_URL": f"{predictor}.{namespace}/ping",
                    "DEPLOYMENTS": f"{OF_MODEL}={args['object_name']}",
                }
            return receiver_pod(
                labels=labels,
                image=image,
                account=called,
                code=code,
                environment={
                    "AWS_DEFAULT_REGION": args["region"],
                    "BUCKET": bucket,
                    "ENDPOINT": args["endpoint_name"],
                    "KEY_ARN": key_arn,
                    "NAMESPACE": NAMESPACE,
                    "PERCENT": str(args["capture_percent"]),
                    "PREFIX": args["capture_prefix"],
                    "VARIANT": ALL_TRAFFIC,
                    **asked,
                },
                asks_kubernetes=knative,
            )

        template = pulumi.Output.all(
            args["runtime_image"],
            code.metadata.name,
            args["capture_bucket"],
            args["capture_key_arn"],
            args["namespace"],
        ).apply(lambda known: pod(*known))
        # Both halves of a request must come to the one that puts them together.
        lone_deployment(
            f"{name}-receiver",
            parent=self,
            metadata=_called(args, called),
            labels=labels,
            template=template,
            after=writes,
        )
        ports: Any = {"selector": labels, "ports": [{"port": 80, "targetPort": PORT}]}
        return kubernetes.core.v1.Service(
            f"{name}-receiver-service",
            metadata=_called(args, called),
            spec=ports,
            opts=self._child(),
        )

    def _account(
        self, name: str, args: KubernetesServingArgs, account: str, policy: pulumi.Output[str]
    ) -> list[pulumi.Resource]:
        return pod_account(
            name,
            args,
            account,
            parent=self,
            description=f"What {account} does for the model {args['model']} on Kubernetes",
            policies={"policy": policy},
        )


def _called(args: KubernetesServingArgs, name: str) -> Any:
    return {"name": name, "namespace": args["namespace"]}


def _receiver_name(args: KubernetesServingArgs) -> str:
    return f"{args['object_name']}-capture"

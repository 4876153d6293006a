"""A model on Kubernetes as its objects: what KServe is told, and what keeps the model's requests.

The container is the one that SageMaker would start, in the same way: its artefact is unpacked in
`/opt/ml/model`, it is started with `serve`, and answers `/ping` and `/invocations` on port 8080.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html

KServe runs it in its Standard mode, as a Deployment with a Service. There it scales by processors,
down to one pod and not to none, and a new version's pods come one after the other, each before an
old one goes.
https://kserve.github.io/website/docs/admin-guide/kubernetes-deployment

In its Knative mode, it is a revision that scales by requests, down to none, and a new revision gets
a share of the requests, or all of them once it is ready. Knative takes of a pod what its features
allow, which the add-on sets: node selectors, init containers, a pod's security context.
https://kserve.github.io/website/docs/model-serving/predictive-inference/rollout-strategies/canary
https://knative.dev/docs/serving/configuration/feature-flags/
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from components.mlops.kubernetes_serving.deployed import VERSION
from components.mlops.kubernetes_serving.runtime.events import INFERENCE_ID
from components.platform.kubernetes.nodes import Accelerator
from components.platform.runtime_pod import (
    INTEL,
    PACKAGE,
    READS_TOKENS,
    code_volumes,
    files_of,
    nobody,
    runtime_container,
    runtime_pod,
    variables,
)

RUNTIME = Path(__file__).with_name(PACKAGE)
MODEL_LABEL = "maslow.dev/model"
CONTAINER = "kserve-container"
"""What KServe calls the container that answers."""
MODEL_FOLDER = "/opt/ml/model"
PORT = 8080
CPU_PERCENT = 70
"""Of what its pods ask for: above it, there come more of them."""
RECEIVER = {"cpu": "100m", "memory": "256Mi"}
FETCHING = {"cpu": "250m", "memory": "512Mi"}
STANDARD, KNATIVE = "Standard", "Knative"
"""What KServe calls the two ways in which it runs a model."""
KSERVE = "serving.kserve.io"
MODE = f"{KSERVE}/deploymentMode"
"""The annotation that says which; of an object that is there, KServe lets nobody change it."""
OF_MODEL = f"{KSERVE}/inferenceservice"
"""The label by which KServe marks all that is a model's, its Deployments as well."""
WAITING_SECONDS = 600
"""How long a request waits for a pod and its answer: the most that Knative lets one wait."""
STARTING_SECONDS = 1500
"""How long a revision may take to become ready: a node, the image, and the ten minutes below."""


class PodsArgs(TypedDict):
    """What each pod asks for, and how many there are."""

    vcpus: float
    """Processors."""
    memory_gib: int
    """Memory, in GiB."""
    gpus: int
    """GPUs of NVIDIA's."""
    min: int
    """Fewest pods; none only where Knative runs them."""
    max: int
    """Most pods, of each version that gets requests where Knative runs them."""


class KnativeArgs(TypedDict):
    """How Knative runs a model."""

    requests_per_minute: int
    """Requests a minute that one pod should get; more adds pods."""
    canary_percent: int
    """Share of the requests that the version gets while another has the rest; 0 for all of them."""


class PredictorArgs(TypedDict):
    """What KServe is told of a model."""

    model: str
    """Name of the model."""
    image: str
    """Image of the model's container."""
    runtime_image: str
    """Image in which the artefact is fetched."""
    environment: Mapping[str, str]
    """Environment of the container, as the version is registered with it."""
    model_data: str
    """S3 URI of the version's artefact."""
    account: str
    """Service account that reads it."""
    receiver: str
    """Name of the receiver's Service."""
    code: str
    """Name of the ConfigMap with what fetches."""
    region: str
    """Region of the artefact."""
    pods: PodsArgs
    """What its pods are."""
    knative: KnativeArgs | None
    """How Knative runs them; None where it does not."""


def runtime_files() -> dict[str, str]:
    """Text of each file of the runtime by its name, as a ConfigMap has them."""
    return files_of(RUNTIME)


def fetching_name(name: str) -> str:
    """The name of the ConfigMap with what fetches, for pods that may be of a version before.

    Knative starts pods of both versions while one is a canary, so that the name stays.
    """
    return f"{name}-fetch"


def annotations(version: str, pods: PodsArgs, knative: KnativeArgs | None) -> dict[str, str]:
    """Which version it is, how KServe runs it, and until when Pulumi waits for it.

    A fixed number of pods has nothing that scales it.
    https://www.pulumi.com/blog/kubernetes-await-generic/
    """
    told = {
        VERSION: version,
        "pulumi.com/waitFor": "condition=Ready",
        "pulumi.com/timeoutSeconds": "1800",
    }
    if knative:
        return {MODE: KNATIVE, **told}
    scaled = pods["min"] < pods["max"]
    return {MODE: STANDARD, f"{KSERVE}/autoscalerClass": "hpa" if scaled else "none", **told}


def predictor(args: PredictorArgs) -> dict[str, Any]:
    """The specification of an InferenceService."""
    pods, knative = args["pods"], args["knative"]
    told = {
        "minReplicas": pods["min"],
        "maxReplicas": pods["max"],
        "serviceAccountName": args["account"],
        "labels": {MODEL_LABEL: args["model"]},
        "logger": {
            "mode": "all",
            "url": f"http://{args['receiver']}",
            "metadataHeaders": [INFERENCE_ID],
        },
        "nodeSelector": INTEL,
        "securityContext": READS_TOKENS,
        "volumes": [{"name": "model", "emptyDir": {}}, *code_volumes(args["code"])],
        "initContainers": [_fetching(args)],
        "containers": [_answering(args)],
    }
    return {"predictor": told | (_by_requests(knative) if knative else _by_processors(pods))}


def _by_processors(pods: PodsArgs) -> dict[str, Any]:
    told: dict[str, Any] = {
        "deploymentStrategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
        },
    }
    if pods["min"] < pods["max"]:
        told |= {"scaleMetric": "cpu", "scaleTarget": CPU_PERCENT}
    return told


def _by_requests(knative: KnativeArgs) -> dict[str, Any]:
    """How Knative scales a revision, and which share of the requests it gets.

    The target is an annotation, since KServe's own field is a whole number of requests a second.
    https://knative.dev/docs/serving/autoscaling/rps-target/
    """
    told: dict[str, Any] = {
        "scaleMetric": "rps",
        "timeout": WAITING_SECONDS,
        "annotations": {
            "autoscaling.knative.dev/target": f"{knative['requests_per_minute'] / 60:.2f}",
            "autoscaling.knative.dev/target-utilization-percentage": "100",
            "serving.knative.dev/progress-deadline": f"{STARTING_SECONDS}s",
        },
    }
    if knative["canary_percent"]:
        told["canaryTrafficPercent"] = knative["canary_percent"]
    return told


def receiver_pod(
    *,
    labels: Mapping[str, str],
    image: str,
    account: str,
    code: str,
    environment: Mapping[str, str],
    asks_kubernetes: bool,
) -> dict[str, Any]:
    """The template of the receiver's pod, with its account's token if it asks Kubernetes."""
    probe = {"httpGet": {"path": "/", "port": PORT}, "periodSeconds": 10}
    container = runtime_container(
        "receiver", image=image, module="receiver", environment=environment, resources=RECEIVER
    )
    pod = runtime_pod(
        labels=labels,
        account=account,
        code=code,
        container={
            **container,
            "ports": [{"containerPort": PORT, "protocol": "TCP"}],
            "readinessProbe": probe,
            "livenessProbe": {**probe, "periodSeconds": 30},
        },
        asks_kubernetes=asks_kubernetes,
    )
    pod["spec"]["terminationGracePeriodSeconds"] = 60
    return pod


def _fetching(args: PredictorArgs) -> dict[str, Any]:
    fetching = runtime_container(
        "fetch-model",
        image=args["runtime_image"],
        module="fetch",
        arguments=[args["model_data"], MODEL_FOLDER],
        environment={"AWS_DEFAULT_REGION": args["region"]},
        resources=FETCHING,
    )
    fetching["volumeMounts"].append(_model_mount())
    fetching["securityContext"] |= nobody()
    return fetching


def _answering(args: PredictorArgs) -> dict[str, Any]:
    """The model's container, which may be root in itself as SageMaker's images are."""
    pods = args["pods"]
    memory = f"{pods['memory_gib']}Gi"
    requests = {"cpu": f"{round(pods['vcpus'] * 1000)}m", "memory": memory}
    limits = {"memory": memory}
    if pods["gpus"]:
        requests[Accelerator.GPU.value] = limits[Accelerator.GPU.value] = str(pods["gpus"])
    ping = {"httpGet": {"path": "/ping", "port": PORT}, "timeoutSeconds": 2}
    return {
        "name": CONTAINER,
        "image": args["image"],
        "args": ["serve"],
        "env": variables({**args["environment"], "AWS_DEFAULT_REGION": args["region"]}),
        "ports": [{"containerPort": PORT, "protocol": "TCP"}],
        "volumeMounts": [_model_mount()],
        # What loads a large model is left ten minutes, and not asked whether it lives before.
        "startupProbe": {**ping, "periodSeconds": 10, "failureThreshold": 60},
        "readinessProbe": {**ping, "periodSeconds": 10},
        "livenessProbe": {**ping, "periodSeconds": 30, "failureThreshold": 5},
        "resources": {"requests": requests, "limits": limits},
        "securityContext": {"allowPrivilegeEscalation": False},
    }


def _model_mount() -> dict[str, Any]:
    return {"name": "model", "mountPath": MODEL_FOLDER}

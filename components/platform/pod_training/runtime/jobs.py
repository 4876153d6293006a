"""A training as objects of the cluster: a TrainJob of Kubeflow Trainer's, or a RayJob of KubeRay's.

A pod lays the channels in place, runs the image as SageMaker would, and keeps the model, one
container after the other. A RayJob's entry point does the last two, for its head waits for work
once it is there.
https://www.kubeflow.org/docs/components/trainer/operator-guides/runtime/
https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/rayjob-quick-start.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

JOB_LABEL = "maslow.dev/training"
TRAINER, RAY = "trainer.kubeflow.org/v1alpha1", "ray.io/v1"
NODE = "node"
"""What Trainer calls the container and the part of a TrainJob that train."""
STEP = "trainer.kubeflow.org/trainjob-ancestor-step"
QUEUE = "kueue.x-k8s.io/queue-name"
FETCH, TRAIN, HEAD, SUBMIT = "fetch-channels", "train", "ray-head", "ray-job-submitter"
CODE_FOLDER, PACKAGE = "/opt/maslow", "runtime"
FAILURE = "/opt/ml/output/failure"
"""Where a training leaves why it failed, on SageMaker too.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-signal-success-failure.html
"""
NOBODY = 65534
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - of the container alone
"""A container has 64 MB of it otherwise, and what loads data by several processes needs more."""
GPU = "nvidia.com/gpu"
LITTLE = {"cpu": "250m", "memory": "512Mi"}
"""Of what fetches channels, which is over before the training begins."""

Manifest = dict[str, Any]


class Made(NamedTuple):
    """An object, and where those of its kind are created."""

    path: str
    manifest: Manifest


def objects(told: Mapping[str, Any], request: Mapping[str, Any]) -> list[Made]:
    """What a training is in the cluster, in the order in which it is created.

    `told` has `by`, `namespace`, `model`, `account`, `code`, `runtime_image`, `region`, `queue` and
    the `vcpus`, `memory_gib`, `gpus` and `nodes` of `pods`.
    """
    make = _of_ray if told["by"] == "ray" else _of_trainer
    return [
        Made(collection(told, manifest["apiVersion"], manifest["kind"]), manifest)
        for manifest in make(told, request)
    ]


def collection(told: Mapping[str, Any], api: str, kind: str) -> str:
    """Where the objects of a kind in the namespace are."""
    return f"/apis/{api}/namespaces/{told['namespace']}/{kind.lower()}s"


def places(told: Mapping[str, Any], name: str) -> list[str]:
    """Where the objects of a training are; the first one is the job that tells how it goes."""
    kinds = [(RAY, "RayJob")]
    if told["by"] != "ray":
        kinds = [(TRAINER, "TrainJob"), (TRAINER, "TrainingRuntime")]
    return [f"{collection(told, api, kind)}/{name}" for api, kind in kinds]


def _of_trainer(told: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[Manifest]:
    """A runtime of its own, which has the whole pod, and a job by it."""
    pod = _pod(told, request, [_keeping(told, request)])
    pod["spec"] |= {
        # What is over its time is stopped where it is, so that its log is there to be read.
        "activeDeadlineSeconds": request["StoppingCondition"]["MaxRuntimeInSeconds"],
        "initContainers": [_fetching(told, request), _training(told, request)],
    }
    job = {
        "name": NODE,
        "replicas": 1,
        "template": {
            "metadata": {"labels": {STEP: "trainer"}},
            "spec": {"backoffLimit": 0, "template": pod},
        },
    }
    yield {
        "apiVersion": TRAINER,
        "kind": "TrainingRuntime",
        "metadata": _metadata(told, request),
        "spec": {"mlPolicy": {"numNodes": 1}, "template": {"spec": {"replicatedJobs": [job]}}},
    }
    yield {
        "apiVersion": TRAINER,
        "kind": "TrainJob",
        "metadata": _metadata(told, request, queued=True),
        "spec": {
            "runtimeRef": {
                "apiGroup": TRAINER.partition("/")[0],
                "kind": "TrainingRuntime",
                "name": request["TrainingJobName"],
            }
        },
    }


def _of_ray(told: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[Manifest]:
    """A Ray cluster of its own, whose head has the channels and runs the command."""
    head = _pod(told, request, [_in_ray(told, request, HEAD)])
    head["spec"]["initContainers"] = [_fetching(told, request)]
    workers = told["pods"]["nodes"] - 1
    cluster: Manifest = {"headGroupSpec": {"rayStartParams": {}, "template": head}}
    if workers:
        cluster["workerGroupSpecs"] = [
            {
                "groupName": "workers",
                "replicas": workers,
                "minReplicas": workers,
                "maxReplicas": workers,
                "rayStartParams": {},
                "template": _pod(told, request, [_in_ray(told, request, "ray-worker")]),
            }
        ]
    submitting = {
        "name": SUBMIT,
        "image": _image(request),
        "resources": {"requests": LITTLE, "limits": {"memory": LITTLE["memory"]}},
        "securityContext": {"allowPrivilegeEscalation": False},
    }
    yield {
        "apiVersion": RAY,
        "kind": "RayJob",
        "metadata": _metadata(told, request, queued=True),
        "spec": {
            "entrypoint": f"cd {CODE_FOLDER} && python3 -m {PACKAGE}.under_ray",
            "submissionMode": "K8sJobMode",
            "shutdownAfterJobFinishes": True,
            "ttlSecondsAfterFinished": 86_400,  # whoever made it deletes it before
            "activeDeadlineSeconds": request["StoppingCondition"]["MaxRuntimeInSeconds"],
            "backoffLimit": 0,
            "submitterConfig": {"backoffLimit": 0},
            "submitterPodTemplate": _pod(told, request, [submitting], volumes=False),
            "rayClusterSpec": cluster,
        },
    }


def _metadata(
    told: Mapping[str, Any], request: Mapping[str, Any], *, queued: bool = False
) -> Manifest:
    name = request["TrainingJobName"]
    labels = {JOB_LABEL: name, "maslow.dev/model": told["model"]}
    if queued and told["queue"]:
        labels[QUEUE] = told["queue"]
    return {"name": name, "namespace": told["namespace"], "labels": labels}


def _pod(
    told: Mapping[str, Any],
    request: Mapping[str, Any],
    containers: list[Manifest],
    *,
    volumes: bool = True,
) -> Manifest:
    """A template of a pod, which its node's owner moves to no other node for tidiness."""
    kept = [
        {"name": "ml", "emptyDir": {}},
        {"name": "shm", "emptyDir": {"medium": "Memory"}},
        {"name": "code", "configMap": {"name": told["code"]}},
    ]
    return {
        "metadata": {
            "labels": {JOB_LABEL: request["TrainingJobName"]},
            "annotations": {"karpenter.sh/do-not-disrupt": "true"},
        },
        "spec": {
            "restartPolicy": "Never",
            "serviceAccountName": told["account"],
            "automountServiceAccountToken": False,
            "nodeSelector": {"kubernetes.io/arch": "amd64"},
            "securityContext": {"fsGroup": NOBODY},
            "containers": containers,
            **({"volumes": kept} if volumes else {}),
        },
    }


def _fetching(told: Mapping[str, Any], request: Mapping[str, Any]) -> Manifest:
    return {
        **_running(told, request, "fetch"),
        "name": FETCH,
        "image": told["runtime_image"],
        "resources": {"requests": LITTLE, "limits": {"memory": LITTLE["memory"]}},
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": NOBODY,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }


def _keeping(told: Mapping[str, Any], request: Mapping[str, Any]) -> Manifest:
    """Root in itself, as a training may be that wrote for its own eyes alone."""
    return {
        **_running(told, request, "keep"),
        "name": NODE,
        "image": told["runtime_image"],
        "resources": {"requests": LITTLE, "limits": {"memory": LITTLE["memory"]}},
        "securityContext": {"allowPrivilegeEscalation": False},
    }


def _training(told: Mapping[str, Any], request: Mapping[str, Any]) -> Manifest:
    """The image as SageMaker runs it: by the entry point, or else as `train`."""
    algorithm = request["AlgorithmSpecification"]
    entry, arguments = algorithm.get("ContainerEntrypoint"), algorithm.get("ContainerArguments")
    started: Manifest = {"command": entry} if entry else {"args": ["train"]}
    if arguments:
        started["args"] = arguments
    return {
        **started,
        "name": TRAIN,
        "image": _image(request),
        "env": _variables(_told_to_it(told, request)),
        "volumeMounts": _mounts(),
        "resources": _resources(told),
        "terminationMessagePath": FAILURE,
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "securityContext": {"allowPrivilegeEscalation": False},
    }


def _in_ray(told: Mapping[str, Any], request: Mapping[str, Any], name: str) -> Manifest:
    running = _running(told, request, "under_ray")
    del running["command"]  # it is KubeRay's
    return {
        **running,
        "name": name,
        "image": _image(request),
        "env": [*running["env"], *_variables(_told_to_it(told, request))],
        "volumeMounts": [*running["volumeMounts"], *_mounts()[1:]],
        "resources": _resources(told),
        "securityContext": {"allowPrivilegeEscalation": False},
    }


def _running(told: Mapping[str, Any], request: Mapping[str, Any], module: str) -> Manifest:
    return {
        "command": ["python3", "-m", f"{PACKAGE}.{module}"],
        "workingDir": CODE_FOLDER,
        "env": _variables({"AWS_DEFAULT_REGION": told["region"], "REQUEST": json.dumps(request)}),
        "volumeMounts": [
            _mounts()[0],
            {"name": "code", "mountPath": f"{CODE_FOLDER}/{PACKAGE}", "readOnly": True},
        ],
    }


def _told_to_it(told: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, str]:
    """The variables that SageMaker gives a training, and its own."""
    return {
        "AWS_REGION": told["region"],
        "TRAINING_JOB_NAME": request["TrainingJobName"],
        **request["Environment"],
    }


def _mounts() -> list[Manifest]:
    return [{"name": "ml", "mountPath": "/opt/ml"}, {"name": "shm", "mountPath": SHARED_MEMORY}]


def _resources(told: Mapping[str, Any]) -> Manifest:
    pods = told["pods"]
    memory = f"{pods['memory_gib']}Gi"
    requests = {"cpu": f"{round(pods['vcpus'] * 1000)}m", "memory": memory}
    limits = {"memory": memory}
    if pods["gpus"]:
        requests[GPU] = limits[GPU] = str(pods["gpus"])
    return {"requests": requests, "limits": limits}


def _image(request: Mapping[str, Any]) -> str:
    return str(request["AlgorithmSpecification"]["TrainingImage"])


def _variables(told: Mapping[str, str]) -> list[Manifest]:
    return [{"name": name, "value": value} for name, value in sorted(told.items())]

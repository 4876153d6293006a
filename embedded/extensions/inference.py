"""SageMaker Runtime's InvokeEndpoint, answered by the model itself.

The request goes to one of the endpoint's variants, and on to a process that runs the serving
handler in the variant's `model.tar.gz`.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

import random
import tarfile
import time
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends
from moto.sagemaker.models import SageMakerModelBackend, sagemaker_backends
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse
from moto.settings import moto_server_port
from moto.utilities.utils import get_partition

from embedded.clock import utcnow
from embedded.cloud import client_environment
from embedded.extensions import capture, endpoint_logs
from embedded.extensions.deployments import Deployment, deployed_containers, deployments
from embedded.extensions.idle_variants import NAMESPACE, PER_INSTANCE
from embedded.extensions.operations import add
from embedded.extensions.rollouts import fleet_of
from embedded.sagemaker.model_server import Container, Died, ModelServer, ModelServers
from embedded.sagemaker.serving import Answer
from embedded.turns import others_first, turn

NOT_EMULATED = ("Target-Model", "Target-Container-Hostname", "Inference-Component")
"""Headers that ask for a part of an endpoint which is not told apart here."""

servers = ModelServers()
_chance = random.SystemRandom()


class ValidationError(ServiceException):
    """The request names what is not there."""

    code = "ValidationError"


class ModelError(ServiceException):
    """The container failed, or answered with an error status of its own."""

    code = "ModelError"

    def __init__(self, status: int, message: str) -> None:
        side = "server" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "client"
        super().__init__(f'Received {side} error ({status}) from primary with message "{message}".')
        self.OriginalStatusCode = status
        self.OriginalMessage = message


def install() -> None:
    """Set the operation on moto's SageMaker Runtime, which reads a body as it came from now on."""
    add(SageMakerRuntimeResponse, invoke_endpoint, invoke_endpoint_async)
    SageMakerRuntimeResponse.use_raw_body = True
    servers.open()


def close() -> None:
    """End every serving process."""
    servers.close()


def retire() -> None:
    """End the serving processes that no endpoint uses any more."""
    servers.keep_only(deployed_containers())


def invoke_endpoint(self: SageMakerRuntimeResponse) -> TYPE_RESPONSE:
    """InvokeEndpoint: choose a variant, have its model answer, capture and count."""
    for header in NOT_EMULATED:
        if f"X-Amzn-SageMaker-{header}" in self.headers:
            raise ValidationError(f"The embedded AWS serves no {header.replace('-', '')}.")
    backend = sagemaker_backends[self.current_account][self.region]
    name = unquote(self.path.split("/")[2])
    if name not in deployments(backend):
        raise ValidationError(f"Endpoint {name} of account {backend.account_id} not found.")
    target = self.headers.get("X-Amzn-SageMaker-Target-Variant")
    variant = _chosen(backend.endpoints[name].production_variants, name, target)
    deployment = fleet_of(backend, name, variant)
    content_type = self.headers.get("Content-Type", "")
    began = time.monotonic()
    try:
        answer = _answer(
            backend,
            deployment,
            variant,
            self.raw_body,
            content_type,
            self.headers.get("Accept", ""),
        )
    except (Died, ServiceException, tarfile.TarError, OSError) as error:
        message = getattr(error, "message", "") or str(error)
        answer = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", message.encode())
    _count(backend, name, variant, answer.status, time.monotonic() - began)
    said = servers.said(deployment.containers.get(variant, ()))
    endpoint_logs.keep(backend.account_id, backend.region_name, name, variant, said)
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise ModelError(answer.status, answer.body.decode(errors="replace"))
    if capture.sampled(deployment.capture):
        exchange = capture.Exchange(
            endpoint=name,
            variant=variant,
            request=self.raw_body,
            request_type=content_type,
            answer=answer.body,
            answer_type=answer.content_type,
            inference_id=self.headers.get("X-Amzn-SageMaker-Inference-Id"),
            at=utcnow(),
        )
        capture.write(exchange, deployment.capture, backend.account_id, backend.region_name)
    headers = {
        "Content-Type": answer.content_type,
        "x-Amzn-Invoked-Production-Variant": variant,
    }
    return HTTPStatus.OK, headers, answer.body


def invoke_endpoint_async(self: SageMakerRuntimeResponse) -> TYPE_RESPONSE:  # noqa: ARG001
    """InvokeEndpointAsync, which moto answers with a text and a bucket of its own invention."""
    raise ValidationError("The embedded AWS has no InvokeEndpointAsync: no model would answer.")


def failure_of(backend: SageMakerModelBackend, deployment: Deployment) -> str:
    """Why a deployment can't serve; empty where every container is ready.

    https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html#your-algorithms-inference-algo-ping-requests
    """
    for variant, containers in deployment.containers.items():
        if not containers:
            return f"The model of production variant {variant} has no container"
        for container in containers:
            server = servers.of(container, partial(server_of, backend, container))
            try:
                with others_first():
                    said = server.unready()
                why = said.body.decode(errors="replace") if said else ""
            except (Died, ServiceException, tarfile.TarError, OSError) as error:
                why = getattr(error, "message", "") or str(error)
                server.stop()
            if why:
                return (
                    f"The container for production variant {variant} did not pass the ping health "
                    f"check: {why}"
                )
    return ""


def _chosen(variants: Sequence[dict[str, Any]], endpoint: str, target: str | None) -> str:
    """The name of the variant that the caller asks for, or of one drawn by weight."""
    weights: dict[str, float] = {
        variant["VariantName"]: variant["CurrentWeight"] for variant in variants
    }
    if target:
        if target not in weights:
            raise ValidationError(f"Variant {target} not found for endpoint {endpoint}.")
        return target
    if not any(weights.values()):
        raise ValidationError(f"Endpoint {endpoint} has no variant with a weight above 0.")
    (name,) = _chance.choices(list(weights), list(weights.values()))
    return name


def _answer(
    backend: SageMakerModelBackend,
    deployment: Deployment,
    variant: str,
    body: bytes,
    content_type: str,
    accept: str,
) -> Answer:
    """The answer of the variant's containers, each but the first asked what the last answered."""
    answer = Answer(HTTPStatus.OK, content_type, body)
    for container in deployment.containers[variant]:
        server = servers.of(container, partial(server_of, backend, container))
        with others_first():
            answer = server.answer(answer.body, answer.content_type, accept)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            break
    return answer


def server_of(backend: SageMakerModelBackend, container: Container) -> ModelServer:
    """A server of a container, in an environment that knows the embedded AWS and no other."""
    url = f"http://127.0.0.1:{moto_server_port()}"
    environment = dict(container.environment)
    script = environment.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
    return ModelServer(
        tarball=lambda: tarball(backend, container.data_url),
        environment=client_environment(url, backend.region_name) | environment,
        image=container.image,
        source=partial(tarball, backend, script) if script.startswith("s3://") else None,
    )


def tarball(backend: SageMakerModelBackend, url: str) -> bytes:
    """The object at an S3 URI. Raises FileNotFoundError, and S3's own errors."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    s3 = s3_backends[backend.account_id][get_partition(backend.region_name)]
    with turn():
        found = s3.get_object(bucket, key) if bucket and key else None
        if found is None:
            raise FileNotFoundError(f"Could not find model data at {url or 'no URL at all'}.")
        return bytes(found.value)


def _count(
    backend: SageMakerModelBackend, endpoint: str, variant: str, status: int, seconds: float
) -> None:
    """The endpoint's metrics of one request.

    https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
    """
    client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    server_error = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    values = {
        "Invocations": (1.0, "Count"),
        "Invocation4XXErrors": (float(client_error), "Count"),
        "Invocation5XXErrors": (float(server_error), "Count"),
        "InvocationModelErrors": (float(client_error or server_error), "Count"),
        "ModelLatency": (seconds * 1e6, "Microseconds"),
    }
    dimensions = [
        {"Name": "EndpointName", "Value": endpoint},
        {"Name": "VariantName", "Value": variant},
    ]
    instances = [
        each.get("CurrentInstanceCount")
        for each in backend.endpoints[endpoint].production_variants
        if each["VariantName"] == variant
    ]
    if instances and instances[0]:
        values[PER_INSTANCE] = (1 / instances[0], "None")
    cloudwatch_backends[backend.account_id][backend.region_name].put_metric_data(
        NAMESPACE,
        [
            {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": unit}
            for name, (value, unit) in values.items()
        ],
    )

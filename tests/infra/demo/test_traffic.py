import time

import pytest
from botocore.exceptions import ClientError

from infra.demo import story, traffic
from infra.demo.story import Request
from infra.errors import WorkError
from tests.served_model import serving_role, uploaded

LEAST_A_SECOND = 10
"""Requests: a story of some 1,000 is to take two minutes at the most."""
HANDLER = """
import json


def model_fn(directory):
    return directory


def input_fn(body, content_type):
    return [float(line.split(",")[0]) for line in body.splitlines()]


def predict_fn(radii, model):
    if max(radii) > 30:
        raise RuntimeError("that cannot be")
    return [{"label": str(int(radius > 15)), "score": 0.5} for radius in radii]


def output_fn(answers, accept):
    return json.dumps({"predictions": answers}), "application/json"
"""
"""Malignant is what is large; nothing can be larger than the first clinic's greatest."""


@pytest.fixture(scope="module")
def runtime(cloud):
    sagemaker = cloud.client("sagemaker")
    for name, handler in (
        ("screening", HANDLER),
        ("words", HANDLER.replace('{"predictions": answers}', '"hello"')),
    ):
        sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn=serving_role(cloud),
            PrimaryContainer={
                "Image": "image",
                "ModelDataUrl": uploaded(cloud, f"s3://models/{name}/model.tar.gz", handler),
            },
        )
        sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": "AllTraffic",
                    "ModelName": name,
                    "InstanceType": "ml.m5.large",
                    "InitialInstanceCount": 1,
                }
            ],
            DataCaptureConfig={
                "EnableCapture": True,
                "InitialSamplingPercentage": 100,
                "DestinationS3Uri": "s3://models/captures",
                "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            },
        )
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    return cloud.client("sagemaker-runtime")


def test_what_came_of_each_request_is_kept(runtime):
    sent = traffic.send(
        runtime,
        "screening",
        [
            Request("14\n16\n", ("0", "1")),
            Request("31\n", ("1",)),
            Request("16\n", ("0",)),
        ],
        "day-1",
    )
    assert sent.asked == (
        traffic.Asked("day-1-0", ("0", "1"), ("0", "1")),
        traffic.Asked("day-1-1", ("1",), None),
        traffic.Asked("day-1-2", ("0",), ("1",)),
    )
    assert (sent.errors, sent.rows, sent.accuracy) == (1, 3, 2 / 3)


def test_where_nothing_is_answered_no_accuracy_is_known(runtime):
    sent = traffic.send(runtime, "screening", [Request("31\n", ("1",))], "day-2")
    assert (sent.errors, sent.rows, sent.accuracy) == (1, 0, None)


def test_an_endpoint_that_is_not_there_is_no_failed_request(runtime):
    with pytest.raises(ClientError, match="nowhere"):
        traffic.send(runtime, "nowhere", [Request("14\n", ("0",))], "day-3")


def test_an_answer_of_another_form_is_told(runtime):
    with pytest.raises(WorkError, match=r'The endpoint words did not .* "hello"'):
        traffic.send(runtime, "words", [Request("14\n", ("0",))], "day-4")


def test_the_embedded_aws_bears_the_traffic_of_a_day_in_seconds(cloud, runtime):
    sent = story.requests(story.load().calm)
    began = time.monotonic()

    found = traffic.send(runtime, "screening", sent, "day-5")

    assert len(sent) / (time.monotonic() - began) > LEAST_A_SECOND
    assert (len(found.asked), found.rows, found.errors) == (53, 159, 0)
    kept = cloud.client("s3").list_objects_v2(Bucket="models", Prefix="captures/screening/")
    bodies = [
        cloud.client("s3").get_object(Bucket="models", Key=one["Key"])["Body"].read().decode()
        for one in kept["Contents"]
    ]
    captured = "".join(bodies)
    assert all(f'"{one.inference_id}"' in captured for one in found.asked)

"""SageMaker's XGBoost, trained and served as its image does both."""

import io
import json
import pickle
import tarfile
import time

import numpy as np
import pytest
import xgboost
from botocore.exceptions import ClientError

BUCKET = "boosted"
ROLE = "arn:aws:iam::123456789012:role/jobs"
IMAGE = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:{}"
ROWS = np.random.default_rng(7).normal(size=(120, 3))
LABELS = ROWS @ [1.0, -2.0, 0.5]


def _csv(rows):
    return "".join(",".join(f"{one:.6f}" for one in row) + "\n" for row in rows)


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.region})
    rows = np.column_stack([LABELS, ROWS])
    s3.put_object(Bucket=BUCKET, Key="train/a.csv", Body=_csv(rows[:100]))
    s3.put_object(Bucket=BUCKET, Key="validation/a.csv", Body=_csv(rows[100:]))


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return cloud.client("sagemaker")


def _channels(*names):
    return [
        {
            "ChannelName": name,
            "ContentType": "text/csv",
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{name}"}
            },
        }
        for name in names
    ]


def _trained(sagemaker, name, tag="1.7-1", channels=("train", "validation"), **hyperparameters):
    """The description of a training job that has ended."""
    sagemaker.create_training_job(
        TrainingJobName=name,
        RoleArn=ROLE,
        AlgorithmSpecification={"TrainingImage": IMAGE.format(tag), "TrainingInputMode": "File"},
        HyperParameters=hyperparameters,
        InputDataConfig=_channels(*channels),
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        StoppingCondition={"MaxRuntimeInSeconds": 120},
    )
    until = time.monotonic() + 120
    while time.monotonic() < until:
        job = sagemaker.describe_training_job(TrainingJobName=name)
        if job["TrainingJobStatus"] != "InProgress":
            return job
        time.sleep(0.05)
    raise TimeoutError(name)


def _model(cloud, job):
    """What the training saved as xgboost-model."""
    bucket, _, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    packed = cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        assert archive.getnames() == ["xgboost-model"]
        return archive.extractfile("xgboost-model").read()


@pytest.fixture(scope="module")
def job(sagemaker):
    return _trained(sagemaker, "boosted", num_round="30", eta="0.3", eval_metric="rmse,mae")


def test_a_model_is_trained_without_a_script_and_its_metrics_are_told(cloud, job):
    assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]
    model = xgboost.Booster(model_file=bytearray(_model(cloud, job)))
    assert model.num_boosted_rounds() == 30
    predicted = model.predict(xgboost.DMatrix(ROWS[100:]), validate_features=False)
    metrics = {one["MetricName"]: one["Value"] for one in job["FinalMetricDataList"]}
    rmse = float(np.sqrt(np.mean((predicted - LABELS[100:]) ** 2)))
    assert metrics["validation:rmse"] == pytest.approx(rmse, abs=1e-4)
    assert metrics.keys() == {"train:rmse", "train:mae", "validation:rmse", "validation:mae"}


def test_its_log_has_each_round_as_cloudwatch_shows_it(cloud, job):
    logs = cloud.client("logs")
    group = "/aws/sagemaker/TrainingJobs"
    (stream,) = logs.describe_log_streams(
        logGroupName=group, logStreamNamePrefix=job["TrainingJobName"]
    )["logStreams"]
    events = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])
    lines = [one["message"] for one in events["events"] if one["message"].startswith("[29]")]
    assert len(lines) == 1
    assert lines[0].startswith("[29]#011train-rmse:")
    assert "#011validation-mae:" in lines[0]


def test_images_before_1_3_save_by_pickle_and_know_an_objective_by_its_old_name(cloud, sagemaker):
    job = _trained(
        sagemaker, "pickled", "1.0-1", ("train",), num_round="3", objective="reg:linear", silent="0"
    )
    assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]
    model = pickle.loads(_model(cloud, job))  # noqa: S301  the test's own
    assert isinstance(model, xgboost.Booster)


def test_training_stops_early_where_the_metric_gets_no_better(cloud, sagemaker):
    job = _trained(
        sagemaker,
        "early",
        num_round="400",
        eta="1",
        early_stopping_rounds="3",
        eval_metric="rmse",
    )
    assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]
    model = xgboost.Booster(model_file=bytearray(_model(cloud, job)))
    assert 0 < model.num_boosted_rounds() < 100


def test_what_is_wrong_with_a_job_is_its_failure_reason(sagemaker):
    wrong = _trained(sagemaker, "wrong", num_rounds="3")
    assert wrong["TrainingJobStatus"] == "Failed"
    assert wrong["FailureReason"].endswith("Extraneous hyperparameter found: num_rounds")
    lacking = _trained(sagemaker, "lacking", channels=("validation",), num_round="3")
    assert lacking["FailureReason"].endswith("Missing required channel: train")


def test_an_algorithm_that_nothing_here_does_is_refused_by_name(sagemaker):
    with pytest.raises(ClientError, match="kmeans is an algorithm of SageMaker's"):
        sagemaker.create_training_job(
            TrainingJobName="other",
            RoleArn=ROLE,
            AlgorithmSpecification={
                "TrainingImage": "438346466558.dkr.ecr.eu-west-1.amazonaws.com/kmeans:1",
                "TrainingInputMode": "File",
            },
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
            StoppingCondition={"MaxRuntimeInSeconds": 60},
        )


def test_a_tuning_job_searches_by_a_metric_of_the_algorithms_own(cloud, sagemaker):
    ranges = [{"Name": "max_depth", "MinValue": "1", "MaxValue": "4", "ScalingType": "Auto"}]
    sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="searched",
        HyperParameterTuningJobConfig={
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {
                "Type": "Minimize",
                "MetricName": "validation:mae",
            },
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": {"IntegerParameterRanges": ranges},
        },
        TrainingJobDefinition={
            "RoleArn": ROLE,
            "StaticHyperParameters": {"num_round": "3"},
            "AlgorithmSpecification": {
                "TrainingImage": IMAGE.format("1.7-1"),
                "TrainingInputMode": "File",
            },
            "InputDataConfig": _channels("train", "validation"),
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
            "HyperParameterTuningResourceConfig": {
                "InstanceType": "ml.m5.large",
                "InstanceCount": 1,
                "VolumeSizeInGB": 5,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 120},
        },
    )
    until = time.monotonic() + 200
    told = {"HyperParameterTuningJobStatus": "InProgress"}
    while told["HyperParameterTuningJobStatus"] == "InProgress" and time.monotonic() < until:
        time.sleep(0.1)
        told = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="searched")
    assert told["HyperParameterTuningJobStatus"] == "Completed"
    best = told["BestTrainingJob"]
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["MetricName"] == "validation:mae"
    trained = sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])
    assert trained["ResourceConfig"]["InstanceType"] == "ml.m5.large"


def test_training_on_several_instances_is_refused_by_name(sagemaker):
    with pytest.raises(ClientError, match="is trained on one instance here"):
        sagemaker.create_training_job(
            TrainingJobName="several",
            RoleArn=ROLE,
            AlgorithmSpecification={
                "TrainingImage": IMAGE.format("1.7-1"),
                "TrainingInputMode": "File",
            },
            HyperParameters={"num_round": "3"},
            InputDataConfig=_channels("train"),
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 5},
            StoppingCondition={"MaxRuntimeInSeconds": 60},
        )


SCRIPT = """
import os, xgboost

def model_fn(folder):
    path = os.path.join(folder, "xgboost-model")
    return xgboost.Booster(model_file=path)

def output_fn(prediction, accept):
    return ";".join(f"{one:.4f}" for one in prediction)
"""


def _deployed(sagemaker, name, job, environment=None):
    """The description of an endpoint of the image, with the model of a job."""
    sagemaker.create_model(
        ModelName=name,
        PrimaryContainer={
            "Image": IMAGE.format("1.7-1"),
            "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"],
            "Environment": environment or {},
        },
    )
    variant = {
        "VariantName": "only",
        "ModelName": name,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    return sagemaker.describe_endpoint(EndpointName=name)


def _served(cloud, sagemaker, name, job, environment=None):
    """Asks such an endpoint, and returns the text that it answers."""
    described = _deployed(sagemaker, name, job, environment)
    assert described["EndpointStatus"] == "InService", described["FailureReason"]
    runtime = cloud.client("sagemaker-runtime")

    def ask(body, content_type="text/csv", **more):
        answer = runtime.invoke_endpoint(
            EndpointName=name, Body=body, ContentType=content_type, **more
        )
        return answer["Body"].read().decode()

    return ask


def test_the_image_serves_what_it_has_trained(cloud, sagemaker, job):
    ask = _served(cloud, sagemaker, "boosted", job)
    model = xgboost.Booster(model_file=bytearray(_model(cloud, job)))
    expected = model.predict(xgboost.DMatrix(ROWS[:2]), validate_features=False)
    lines = ask(_csv(ROWS[:2])).splitlines()
    assert [float(line) for line in lines] == pytest.approx(expected, abs=1e-4)
    answer = json.loads(ask(_csv(ROWS[:1]), Accept="application/json"))
    assert answer == {"predictions": [{"score": pytest.approx(expected[0], abs=1e-4)}]}
    pairs = " ".join(f"{column}:{value:.6f}" for column, value in enumerate(ROWS[0]))
    assert float(ask(pairs, "text/libsvm")) == pytest.approx(expected[0], abs=1e-4)
    for body, types, status in (
        ("1,2,3", {"content_type": "image/png"}, 415),
        ("a,b,c", {}, 415),
        ("1,2,3", {"Accept": "image/png"}, 406),
        ("1,2,3,4,5", {}, 400),
    ):
        with pytest.raises(ClientError) as refused:
            ask(body, **types)
        assert refused.value.response["OriginalStatusCode"] == status


def test_what_the_image_tells_besides_predictions_is_refused_by_name(sagemaker, job):
    asked = {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label"}
    described = _deployed(sagemaker, "selective", job, asked)
    assert described["EndpointStatus"] == "Failed"
    assert "SAGEMAKER_INFERENCE_OUTPUT is not emulated" in described["FailureReason"]


def test_a_script_from_s3_serves_in_its_place_with_matrices_of_xgboost(cloud, sagemaker, job):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        member = tarfile.TarInfo("serve.py")
        member.size = len(SCRIPT)
        archive.addfile(member, io.BytesIO(SCRIPT.encode()))
    cloud.client("s3").put_object(Bucket=BUCKET, Key="code.tar.gz", Body=stream.getvalue())
    environment = {
        "SAGEMAKER_PROGRAM": "serve.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": f"s3://{BUCKET}/code.tar.gz",
    }
    ask = _served(cloud, sagemaker, "by-script", job, environment)
    model = xgboost.Booster(model_file=bytearray(_model(cloud, job)))
    expected = model.predict(xgboost.DMatrix(ROWS[:2]), validate_features=False)
    told = [float(one) for one in ask(_csv(ROWS[:2])).split(";")]
    assert told == pytest.approx(expected, abs=1e-3)

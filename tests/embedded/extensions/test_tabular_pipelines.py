"""A pipeline of the shape that most of AWS's examples have, with images of SageMaker's own.

Scikit-learn prepares the data, XGBoost is trained without a script, a script evaluates, and what is
good enough is registered. The data are scikit-learn's records on diabetes.
"""

import io

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from tests.some_pipeline import ROLE, create, ended, start, steps_of

BUCKET = "tabular"
REGISTRY = "141502667606.dkr.ecr.eu-west-1.amazonaws.com"
SKLEARN = f"{REGISTRY}/sagemaker-scikit-learn:1.2-1-cpu-py3"
XGBOOST = f"{REGISTRY}/sagemaker-xgboost:1.2-2"
PREPARE = """
import argparse, pathlib
import numpy as np
from sklearn.preprocessing import StandardScaler
parser = argparse.ArgumentParser()
parser.add_argument("--held-out", type=float)
share = parser.parse_args().held_out
folder = pathlib.Path("/opt/ml/processing")
rows = np.loadtxt(folder / "input" / "patients.csv", delimiter=",")
features = StandardScaler().fit_transform(rows[:, :-1])
rows = np.column_stack([rows[:, -1], features])
held = int(len(rows) * share)
parts = {"test": rows[:held], "validation": rows[held:2 * held], "train": rows[2 * held:]}
for name, part in parts.items():
    np.savetxt(folder / name / f"{name}.csv", part, delimiter=",")
"""
EVALUATE = """
import json, pathlib, pickle, tarfile
import numpy as np
import xgboost
folder = pathlib.Path("/opt/ml/processing")
with tarfile.open(folder / "model" / "model.tar.gz") as archive:
    archive.extractall(".", filter="data")
model = pickle.load(open("xgboost-model", "rb"))
rows = np.loadtxt(folder / "test" / "test.csv", delimiter=",")
error = float(np.mean((model.predict(xgboost.DMatrix(rows[:, 1:])) - rows[:, 0]) ** 2))
report = {"regression_metrics": {"mse": {"value": error}}}
(folder / "evaluation" / "evaluation.json").write_text(json.dumps(report))
"""


def _input(name, uri):
    place = {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/{name}"}
    return {"InputName": name, "S3Input": place | {"S3DataType": "S3Prefix", "S3InputMode": "File"}}


def _processing(name, image, script, inputs, outputs, **more):
    """A Processing step as the SDK compiles one of a script."""
    entry = ["python3", f"/opt/ml/processing/input/code/{script}"]
    return {
        "Name": name,
        "Type": "Processing",
        "Arguments": {
            "RoleArn": ROLE,
            "AppSpecification": {
                "ImageUri": image,
                "ContainerEntrypoint": entry,
                **more.pop("specification", {}),
            },
            "ProcessingResources": {
                "ClusterConfig": {
                    "InstanceType": "ml.m5.xlarge",
                    "InstanceCount": {"Get": "Parameters.ProcessingInstanceCount"},
                    "VolumeSizeInGB": 30,
                }
            },
            "ProcessingInputs": [
                *inputs,
                _input("input/code", f"s3://{BUCKET}/code/{script}") | {"InputName": "code"},
            ],
            "ProcessingOutputConfig": {
                "Outputs": [
                    {
                        "OutputName": output,
                        "S3Output": {
                            "S3Uri": f"s3://{BUCKET}/{name}/{output}",
                            "LocalPath": f"/opt/ml/processing/{output}",
                            "S3UploadMode": "EndOfJob",
                        },
                    }
                    for output in outputs
                ]
            },
        },
        **more,
    }


def _prepared(output):
    outputs = "Steps.Prepare.ProcessingOutputConfig.Outputs"
    return {"Get": f"{outputs}['{output}'].S3Output.S3Uri"}


MODEL = {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}
TRAIN = {
    "Name": "Train",
    "Type": "Training",
    "Arguments": {
        "AlgorithmSpecification": {"TrainingInputMode": "File", "TrainingImage": XGBOOST},
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "ResourceConfig": {
            "InstanceType": "ml.m5.xlarge",
            "InstanceCount": 1,
            "VolumeSizeInGB": 30,
        },
        "RoleArn": ROLE,
        "InputDataConfig": [
            {
                "ChannelName": channel,
                "ContentType": "text/csv",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": _prepared(channel),
                        "S3DataDistributionType": "FullyReplicated",
                    }
                },
            }
            for channel in ("train", "validation")
        ],
        "HyperParameters": {
            "objective": "reg:linear",
            "num_round": "50",
            "max_depth": "5",
            "eta": "0.2",
            "gamma": "4",
            "min_child_weight": "6",
            "subsample": "0.7",
            "silent": "0",
        },
    },
}
REGISTER = {
    "Name": "Register",
    "Type": "RegisterModel",
    "Arguments": {
        "ModelPackageGroupName": "tabular",
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [{"Image": XGBOOST, "ModelDataUrl": MODEL}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    },
}
ERROR = {
    "Std:JsonGet": {
        "PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.Report"},
        "Path": "regression_metrics.mse.value",
    }
}
STEPS = [
    _processing(
        "Prepare",
        SKLEARN,
        "prepare.py",
        [_input("input", {"Get": "Parameters.InputData"})],
        ["train", "validation", "test"],
        specification={"ContainerArguments": ["--held-out", "0.15"]},
    ),
    TRAIN,
    _processing(
        "Evaluate",
        XGBOOST,
        "evaluate.py",
        [_input("model", MODEL), _input("test", _prepared("test"))],
        ["evaluation"],
        PropertyFiles=[
            {
                "PropertyFileName": "Report",
                "OutputName": "evaluation",
                "FilePath": "evaluation.json",
            }
        ],
    ),
    {
        "Name": "Check",
        "Type": "Condition",
        "Arguments": {
            "Conditions": [
                {
                    "Type": "LessThanOrEqualTo",
                    "LeftValue": ERROR,
                    "RightValue": {"Get": "Parameters.MseThreshold"},
                }
            ],
            "IfSteps": [REGISTER],
            "ElseSteps": [
                {
                    "Name": "Refuse",
                    "Type": "Fail",
                    "Arguments": {
                        "ErrorMessage": {
                            "Std:Join": {
                                "On": " ",
                                "Values": ["MSE >", {"Get": "Parameters.MseThreshold"}],
                            }
                        }
                    },
                }
            ],
        },
    },
]
PARAMETERS = [
    {"Name": "ProcessingInstanceCount", "Type": "Integer", "DefaultValue": 1},
    {"Name": "InputData", "Type": "String", "DefaultValue": f"s3://{BUCKET}/in/patients.csv"},
    {"Name": "MseThreshold", "Type": "Float", "DefaultValue": 6000.0},
]


@pytest.fixture(scope="module", autouse=True)
def pipeline(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.region})
    data = load_diabetes()
    written = io.StringIO()
    np.savetxt(written, np.column_stack([data.data, data.target]), delimiter=",")
    s3.put_object(Bucket=BUCKET, Key="in/patients.csv", Body=written.getvalue())
    s3.put_object(Bucket=BUCKET, Key="code/prepare.py", Body=PREPARE)
    s3.put_object(Bucket=BUCKET, Key="code/evaluate.py", Body=EVALUATE)
    create(cloud, "tabular", STEPS, PARAMETERS)


def test_a_pipeline_of_sagemakers_own_images_runs_to_its_registered_model(cloud):
    arn = start(cloud, "tabular")
    described = ended(cloud, arn, 240)
    steps = steps_of(cloud, arn)
    assert described["PipelineExecutionStatus"] == "Succeeded", steps
    assert [*steps] == ["Prepare", "Train", "Evaluate", "Check", "Register"]
    package = cloud.client("sagemaker").describe_model_package(
        ModelPackageName=steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    (container,) = package["InferenceSpecification"]["Containers"]
    assert container["ModelDataUrl"].endswith("/output/model.tar.gz")


def test_a_model_that_is_not_good_enough_ends_at_the_fail_step(cloud):
    arn = start(cloud, "tabular", {"MseThreshold": "1.5"})
    assert ended(cloud, arn, 240)["PipelineExecutionStatus"] == "Failed"
    steps = steps_of(cloud, arn)
    assert steps["Refuse"]["FailureReason"] == "MSE > 1.5"
    assert "Register" not in steps

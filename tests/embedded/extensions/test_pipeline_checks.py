"""QualityCheck and ClarifyCheck steps on the embedded AWS, by the platform's monitors."""

import csv
import io
import json
import tarfile

import numpy as np
import pytest
from botocore.exceptions import ClientError
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from embedded.cloud import Cloud
from embedded.sagemaker.monitors import register
from infra.hosts.checks import register_monitors
from tests.served_model import serving_role
from tests.some_pipeline import ROLE, create, run, start

ANALYZER = "468650794304.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer"
CLARIFY = "131013547314.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-clarify-processing:1.0"
INPUT = "/opt/ml/processing/input"
DATA = load_breast_cancer()


@pytest.fixture(scope="module")
def cloud():
    register_monitors()
    with Cloud("eu-west-1") as running:
        place = {"LocationConstraint": "eu-west-1"}
        running.client("s3").create_bucket(Bucket="checks", CreateBucketConfiguration=place)
        yield running
    register(None)


def _put(cloud, key, rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    cloud.client("s3").put_object(Bucket="checks", Key=key, Body=text.getvalue())
    return f"s3://checks/{key}"


def _read(cloud, uri):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return json.loads(cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def _step(kind, check, image, inputs, output, environment, **more):
    """A step as the SDK compiles one; what it has not been told is null."""
    found = [
        {
            "InputName": name,
            "S3Input": {
                "S3Uri": uri,
                "LocalPath": f"{INPUT}/{place}",
                "S3DataType": "S3Prefix",
                "S3InputMode": "File",
            },
        }
        for name, (uri, place) in inputs.items()
    ]
    target = {"S3Uri": output, "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"}
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 30}
    return {
        "Name": "Check",
        "Type": kind,
        "CheckType": check,
        "ModelPackageGroupName": None,
        "SkipCheck": False,
        "FailOnViolation": True,
        "RegisterNewBaseline": False,
        "SuppliedBaselineStatistics": None,
        "SuppliedBaselineConstraints": None,
        "Arguments": {
            "ProcessingInputs": found,
            "ProcessingOutputConfig": {
                "Outputs": [{"OutputName": "monitoring_output", "S3Output": target}]
            },
            "ProcessingResources": {"ClusterConfig": cluster},
            "AppSpecification": {"ImageUri": image},
            "RoleArn": ROLE,
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            **({"Environment": environment} if environment else {}),
        },
        **more,
    }


def _quality(check, uri, output, *, environment=None, **more):
    told = {
        "dataset_format": json.dumps({"csv": {"header": True, "output_columns_position": "START"}}),
        "dataset_source": f"{INPUT}/baseline_dataset_input",
        "output_path": "/opt/ml/processing/output",
        "publish_cloudwatch_metrics": "Disabled",
        **(environment or {}),
    }
    inputs = {"baseline_dataset_input": (uri, "baseline_dataset_input")}
    return _step("QualityCheck", check, ANALYZER, inputs, output, told, **more)


def _rows(of=slice(None), shift=0.0):
    names = [name.replace(" ", "_") for name in DATA.feature_names[:4]]
    wards = np.where(DATA.data[:, 0] > 14, "north", "south")
    rows = [[*DATA.data[i, :4], wards[i]] for i in range(len(wards))][of]
    return [[*names, "ward"], *([row[0] + shift, *row[1:]] for row in rows)]


NEW = {"SkipCheck": True, "RegisterNewBaseline": True}


@pytest.fixture(scope="module")
def baseline(cloud):
    """The step of a first run, which has no baseline to be held against."""
    uri = _put(cloud, "first/rows.csv", _rows(slice(0, None, 2)))
    step = _quality("DATA_QUALITY", uri, "s3://checks/baseline", **NEW)
    status, steps = run(cloud, "first", [step])
    assert status == "Succeeded", steps
    return steps["Check"]["Metadata"]["QualityCheck"]


def test_a_first_check_calculates_the_baseline_and_says_who_did(cloud, baseline):
    assert baseline == {
        "CheckType": "DATA_QUALITY",
        "CheckJobArn": baseline["CheckJobArn"],
        "SkipCheck": True,
        "RegisterNewBaseline": True,
        "CalculatedBaselineStatistics": "s3://checks/baseline/statistics.json",
        "CalculatedBaselineConstraints": "s3://checks/baseline/constraints.json",
        "BaselineUsedForDriftCheckStatistics": "s3://checks/baseline/statistics.json",
        "BaselineUsedForDriftCheckConstraints": "s3://checks/baseline/constraints.json",
    }
    statistics = _read(cloud, baseline["CalculatedBaselineStatistics"])
    assert statistics["dataset"] == {"item_count": 285}
    radius, *_, ward = statistics["features"]
    numbers = radius["numerical_statistics"]
    assert radius["inferred_type"] == "Fractional"
    assert numbers["mean"] == pytest.approx(DATA.data[::2, 0].mean())
    assert sum(one["count"] for one in numbers["distribution"]["kll"]["buckets"]) == 285
    assert ward["string_statistics"]["distinct_count"] == 2
    constraints = _read(cloud, baseline["CalculatedBaselineConstraints"])
    assert constraints["features"][0]["num_constraints"] == {"is_non_negative": True}
    assert constraints["features"][4]["string_constraints"] == {"domains": ["south", "north"]}

    job = cloud.client("sagemaker").describe_processing_job(
        ProcessingJobName=baseline["CheckJobArn"].rpartition("/")[2]
    )
    assert job["AppSpecification"]["ImageUri"] == ANALYZER
    assert job["ExitMessage"].startswith(f"Checked by maslow's monitors, and not by {ANALYZER}:")


def _against(baseline, **more):
    return {
        "SuppliedBaselineStatistics": baseline["CalculatedBaselineStatistics"],
        "SuppliedBaselineConstraints": baseline["CalculatedBaselineConstraints"],
        **more,
    }


def test_data_like_the_baseline_pass(cloud, baseline):
    uri = _put(cloud, "alike/rows.csv", _rows(slice(1, None, 2)))
    step = _quality("DATA_QUALITY", uri, "s3://checks/alike", **_against(baseline))
    status, steps = run(cloud, "alike", [step])
    assert status == "Succeeded", steps["Check"]
    told = steps["Check"]["Metadata"]["QualityCheck"]
    assert _read(cloud, told["ViolationReport"]) == {"violations": []}
    used = told["BaselineUsedForDriftCheckConstraints"]
    assert used == baseline["CalculatedBaselineConstraints"]


def test_data_that_have_drifted_fail_the_step_or_are_told_alone(cloud, baseline):
    rows = _rows(slice(1, None, 2), shift=5.0)
    rows[1][4] = "west"
    rows[2][1] = ""
    uri = _put(cloud, "drifted/rows.csv", rows)
    step = _quality("DATA_QUALITY", uri, "s3://checks/drifted", **_against(baseline))
    status, steps = run(cloud, "drifted", [step])
    assert status == "Failed"
    assert "The check found 3 violations" in steps["Check"]["FailureReason"]
    report = _read(cloud, steps["Check"]["Metadata"]["QualityCheck"]["ViolationReport"])
    assert {
        (one["feature_name"], one["constraint_check_type"]) for one in report["violations"]
    } == {
        ("mean_radius", "baseline_drift_check"),
        ("mean_texture", "completeness_check"),
        ("ward", "categorical_values_check"),
    }
    status, _ = run(cloud, "drifted", [{**step, "FailOnViolation": False}])
    assert status == "Succeeded"


def test_a_check_without_a_baseline_fails_before_its_job(cloud):
    uri = _put(cloud, "first/rows.csv", _rows(slice(0, None, 2)))
    status, steps = run(cloud, "none", [_quality("DATA_QUALITY", uri, "s3://checks/none")])
    assert status == "Failed"
    assert "no previous baseline (Statistics, Constraints)" in steps["Check"]["FailureReason"]
    assert steps["Check"]["Metadata"] == {}


def test_a_baseline_is_that_of_the_latest_approved_version(cloud, baseline):
    sagemaker = cloud.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="checked")
    places = {
        name: {"ContentType": "application/json", "S3Uri": baseline[f"CalculatedBaseline{name}"]}
        for name in ("Statistics", "Constraints")
    }
    container = {"Image": "image", "ModelDataUrl": "s3://checks/model.tar.gz"}
    sagemaker.create_model_package(
        ModelPackageGroupName="checked",
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        DriftCheckBaselines={"ModelDataQuality": places},
    )
    uri = _put(cloud, "alike/rows.csv", _rows(slice(1, None, 2)))
    step = _quality("DATA_QUALITY", uri, "s3://checks/group", ModelPackageGroupName="checked")
    status, steps = run(cloud, "group", [step])
    assert status == "Succeeded", steps
    told = steps["Check"]["Metadata"]["QualityCheck"]
    assert told["BaselineUsedForDriftCheckStatistics"] == places["Statistics"]["S3Uri"]
    assert told["ModelPackageGroupName"] == "checked"


def test_predictions_are_held_against_those_of_the_baseline(cloud):
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(
        DATA.data[::2], DATA.target[::2]
    )
    chances = model.predict_proba(DATA.data)[:, 1]
    environment = {
        "analysis_type": "MODEL_QUALITY",
        "problem_type": "BinaryClassification",
        "inference_attribute": "label",
        "probability_attribute": "chance",
        "ground_truth_attribute": "truth",
    }

    def predictions(key, chances, of):
        rows = [[int(chance > 0.5), chance, DATA.target[i]] for i, chance in enumerate(chances)]
        return _put(cloud, key, [["label", "chance", "truth"], *rows[of]])

    uri = predictions("good/rows.csv", chances, slice(1, None, 2))
    first = _quality("MODEL_QUALITY", uri, "s3://checks/good", environment=environment, **NEW)
    status, steps = run(cloud, "good", [first])
    assert status == "Succeeded", steps
    told = steps["Check"]["Metadata"]["QualityCheck"]
    found = _read(cloud, told["CalculatedBaselineStatistics"])["binary_classification_metrics"]
    assert found["auc"]["value"] > 0.97
    limits = _read(cloud, told["CalculatedBaselineConstraints"])[
        "binary_classification_constraints"
    ]
    assert limits["auc"] == {
        "threshold": found["auc"]["value"],
        "comparison_operator": "LessThanThreshold",
    }
    uri = predictions("bad/rows.csv", 1 - chances, slice(1, None, 2))
    step = _quality(
        "MODEL_QUALITY", uri, "s3://checks/bad", environment=environment, **_against(told)
    )
    status, steps = run(cloud, "bad", [step])
    assert status == "Failed"
    report = _read(cloud, steps["Check"]["Metadata"]["QualityCheck"]["ViolationReport"])
    assert "auc" in {one["metric_name"] for one in report["violations"]}


def _bias(cloud, key, share, **more):
    """A check of records of which a share of the women, and half of the men, are positive."""
    random = np.random.default_rng(7)
    sexes = ["F"] * 300 + ["M"] * 300
    rows = [
        [sex, int(random.random() < (share if sex == "F" else 0.5)), 30 + number % 40]
        for number, sex in enumerate(sexes)
    ]
    uri = _put(cloud, f"{key}/rows.csv", rows)
    config = {
        "dataset_type": "text/csv",
        "headers": ["sex", "target", "age"],
        "label": "target",
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "sex", "value_or_threshold": ["F"]}],
        "methods": {"pre_training_bias": {"methods": ["CI", "DPL", "KL"]}, "report": {}},
    }
    cloud.client("s3").put_object(
        Bucket="checks", Key=f"{key}-config/analysis_config.json", Body=json.dumps(config)
    )
    inputs = {
        "analysis_config": (f"s3://checks/{key}-config/analysis_config.json", "config"),
        "dataset": (uri, "data"),
    }
    step = _step("ClarifyCheck", "DATA_BIAS", CLARIFY, inputs, f"s3://checks/{key}-out", {}, **more)
    return run(cloud, key, [step])


def test_bias_of_data_is_measured_and_held_against_the_baseline(cloud):
    status, steps = _bias(cloud, "fair", 0.5, **NEW)
    assert status == "Succeeded", steps
    told = steps["Check"]["Metadata"]["ClarifyCheck"]
    analysis = _read(cloud, told["CalculatedBaselineConstraints"])
    (facet,) = analysis["pre_training_bias_metrics"]["facets"]["sex"]
    assert facet["value_or_threshold"] == "F"
    measured = {one["name"]: one["value"] for one in facet["metrics"]}
    assert measured.keys() == {"CI", "DPL", "KL"}
    assert measured["CI"] == pytest.approx(0.0)
    assert abs(measured["DPL"]) < 0.1

    baseline = told["CalculatedBaselineConstraints"]
    status, _ = _bias(cloud, "still-fair", 0.5, SuppliedBaselineConstraints=baseline)
    assert status == "Succeeded"
    status, steps = _bias(cloud, "unfair", 0.2, SuppliedBaselineConstraints=baseline)
    assert status == "Failed"
    report = _read(cloud, steps["Check"]["Metadata"]["ClarifyCheck"]["ViolationReport"])
    assert [one["metric_name"] for one in report["violations"]] == ["DPL"]


HANDLER = """
import json
from pathlib import Path


def model_fn(folder):
    return json.loads(Path(folder, "weights.json").read_text())


def input_fn(body, content_type):
    return [line.split(",") for line in body.split()]


def predict_fn(rows, weights):
    sexes = {"F": weights["F"], "M": 0.0}
    return [
        weights["age"] * float(age) / 100 + weights["dose"] * float(dose) / 100 + sexes[sex]
        for sex, age, dose in rows
    ]


def output_fn(scores, accept):
    return "".join(f"{int(score > 0.5)},{score}\\n" for score in scores), "text/csv"
"""
"""Of a sex, an age and a dose, which count by the model's weights."""
HEADERS = ["target", "sex", "age", "dose"]


def _model(cloud, name, **weights):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, text in {
            "code/inference.py": HANDLER,
            "weights.json": json.dumps({"F": 0.0, "age": 0.0, "dose": 0.0, **weights}),
        }.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    key = f"models/{name}.tar.gz"
    cloud.client("s3").put_object(Bucket="checks", Key=key, Body=packed.getvalue())
    cloud.client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn=serving_role(cloud),
        PrimaryContainer={"Image": "image", "ModelDataUrl": f"s3://checks/{key}"},
    )
    return name


def _analysed(cloud, key, check, model, config, **more):
    """A check of a model, by what it answers to the same 200 people each time."""
    random = np.random.default_rng(11)
    rows = [
        [number % 2, "FM"[number // 2 % 2], int(random.integers(100)), int(random.integers(100))]
        for number in range(200)
    ]
    uri = _put(cloud, f"{key}/rows.csv", rows)
    asked = {
        "dataset_type": "text/csv",
        "headers": HEADERS,
        "label": "target",
        "predictor": {
            "instance_type": "ml.m5.large",
            "initial_instance_count": 1,
            "accept_type": "text/csv",
        },
        **config,
    }
    place = f"{key}-config/analysis_config.json"
    cloud.client("s3").put_object(Bucket="checks", Key=place, Body=json.dumps(asked))
    inputs = {
        "analysis_config": (f"s3://checks/{place}", "config"),
        "dataset": (uri, "data"),
    }
    step = _step("ClarifyCheck", check, CLARIFY, inputs, f"s3://checks/{key}-out", {}, **more)
    return run(cloud, key, [{**step, "ModelName": model}])


BIAS = {
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": ["F"]}],
    "methods": {"post_training_bias": {"methods": ["DPPL", "AD", "DCA"]}, "report": {}},
}


def test_bias_of_a_model_is_measured_by_asking_it(cloud):
    _model(cloud, "fair", age=1.0)
    status, steps = _analysed(cloud, "fair-model", "MODEL_BIAS", "fair", BIAS, **NEW)
    assert status == "Succeeded", steps
    told = steps["Check"]["Metadata"]["ClarifyCheck"]
    analysis = _read(cloud, told["CalculatedBaselineConstraints"])
    (facet,) = analysis["post_training_bias_metrics"]["facets"]["sex"]
    measured = {one["name"]: one["value"] for one in facet["metrics"]}
    assert measured.keys() == {"DPPL", "AD", "DCAcc"}
    assert abs(measured["DPPL"]) < 0.2
    assert cloud.client("sagemaker").list_endpoints()["Endpoints"] == []

    baseline = told["CalculatedBaselineConstraints"]
    _model(cloud, "unfair", age=1.0, F=-1.0)
    status, steps = _analysed(
        cloud, "unfair-model", "MODEL_BIAS", "unfair", BIAS, SuppliedBaselineConstraints=baseline
    )
    assert status == "Failed"
    report = _read(cloud, steps["Check"]["Metadata"]["ClarifyCheck"]["ViolationReport"])
    assert [one["metric_name"] for one in report["violations"]] == ["DPPL"]


SHAP = {"methods": {"shap": {"baseline": [["M", 50, 50]], "agg_method": "mean_abs"}, "report": {}}}


def test_what_a_model_decides_by_is_measured_by_asking_it(cloud):
    config = {**SHAP}
    _model(cloud, "by-age", age=1.0, dose=0.1)
    predictor = {"instance_type": "ml.m5.large", "accept_type": "text/csv", "label": 1}
    config["predictor"] = predictor
    status, steps = _analysed(
        cloud, "by-age-model", "MODEL_EXPLAINABILITY", "by-age", config, **NEW
    )
    assert status == "Succeeded", steps
    told = steps["Check"]["Metadata"]["ClarifyCheck"]
    found = _read(cloud, told["CalculatedBaselineConstraints"])["explanations"]["kernel_shap"]
    values = found["label0"]["global_shap_values"]
    # The score is a sum, and so each share is exactly what a feature adds.
    assert values["sex"] == pytest.approx(0.0, abs=1e-9)
    assert values["age"] > 8 * values["dose"] > 0
    assert found["label0"]["expected_value"] == pytest.approx(0.55)

    baseline = told["CalculatedBaselineConstraints"]
    _model(cloud, "by-dose", age=0.1, dose=1.0)
    status, steps = _analysed(
        cloud,
        "by-dose-model",
        "MODEL_EXPLAINABILITY",
        "by-dose",
        config,
        SuppliedBaselineConstraints=baseline,
    )
    assert status == "Failed"
    report = _read(cloud, steps["Check"]["Metadata"]["ClarifyCheck"]["ViolationReport"])
    assert [one["constraint_check_type"] for one in report["violations"]] == [
        "feature_attribution_drift_check"
    ]


def test_checks_that_are_not_run_are_told_before_the_first_step(cloud):
    step = _step("ClarifyCheck", "SOMETHING", CLARIFY, {}, "s3://checks/out", {})
    create(cloud, "not-known", [step])
    known = "has no check of type SOMETHING; it has DATA_BIAS, DATA_QUALITY, MODEL_BIAS"
    with pytest.raises(ClientError, match=known):
        start(cloud, "not-known")
    register(None)
    try:
        with pytest.raises(ClientError, match="are closed, and no monitor is registered"):
            start(cloud, "not-known")
    finally:
        register_monitors()

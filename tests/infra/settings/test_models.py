import json

import pytest

from infra.settings.mlops.model import ModelSettings
from infra.settings.mlops.monitor import DataMonitor, Monitor, QualityMonitor
from infra.settings.mlops.serving import Rollout

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/training:1.0"
GROUP = {"name": "visits", "record_id": "id", "event_time": "id", "features": {"id": "string"}}


@pytest.mark.parametrize("name", ["a", "readmission", "length-of-stay-2", "a" * 24])
def test_a_model_name_fits_into_other_names(found, name):
    assert found(models=[{"name": name, "project": "templates/tabular"}]) == []


@pytest.mark.parametrize("name", ["", "Readmission", "2nd", "a--b", "a-", "a_b", "a" * 25])
def test_other_model_names_are_refused(found, name):
    (mistake,) = found(models=[{"name": name, "project": "templates/tabular"}])
    assert mistake == f'models[{name}].name: "{name}" is not a model name.'


def test_a_model_needs_a_name_and_a_project(found):
    assert found(models=[{}]) == ["models[1].name: is missing.", "models[1].project: is missing."]


@pytest.mark.parametrize("project", ["/srv/model", "../model", "models/../../x", ""])
def test_a_project_lies_in_the_repository(found_in_model, project):
    assert found_in_model(project=project) == [
        f'project: "{project}" is not a folder of this repository.'
    ]


@pytest.mark.parametrize("data", ["visits", "visits/2026", "v_1.2-x/a"])
def test_a_data_prefix_joins_into_an_s3_uri(found_in_model, data):
    assert found_in_model(data=data) == []


@pytest.mark.parametrize("data", ["/visits", "visits/", "a//b", "a b", ""])
def test_other_data_prefixes_are_refused(found_in_model, data):
    assert found_in_model(data=data) == [f'data: "{data}" is not a prefix in the curated zone.']


def test_training_data_lies_under_the_models_name_unless_said_otherwise():
    assert ModelSettings(name="stay", project="p").data_prefix == "stay"
    assert ModelSettings(name="stay", project="p", data="visits").data_prefix == "visits"


@pytest.mark.parametrize(
    ("group", "right", "wrong", "message"),
    [
        (
            "training",
            "ml.m6i.xlarge",
            "ml.inf2.xlarge",
            "ml.inf2.xlarge only serves; for training: ml.trn1.2xlarge.",
        ),
        (
            "processing",
            "ml.m5.large",
            "ml.trn1.2xlarge",
            "ml.trn1.2xlarge only trains, serves and runs notebooks.",
        ),
        (
            "serving",
            "ml.c6i.large",
            "ml.inf2.xlarg",
            '"ml.inf2.xlarg" is not an endpoint instance type.',
        ),
    ],
)
def test_an_instance_type_is_checked_for_its_use(found_in_model, group, right, wrong, message):
    assert found_in_model(**{group: {"instance": right}}) == []
    assert found_in_model(**{group: {"instance": wrong}}) == [f"{group}.instance: {message}"]


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"training": {"count": 0}}, "training.count: 0 is too small: at least 1."),
        ({"training": {"count": 1.5}}, "training.count: 1.5 is not a whole number."),
        ({"training": {"volume_gb": 0}}, "training.volume_gb: 0 is too small: at least 1."),
        ({"training": {"max_hours": 673}}, "training.max_hours: 673 is too large: at most 672."),
        ({"accept": {"auc": 1.1}}, "accept.auc: 1.1 is too large: at most 1."),
        ({"accept": {"auc": "good"}}, 'accept.auc: "good" is not a number.'),
        (
            {"accept": {"auc": 0.9, "r2": 0.5}},
            "accept: no model is measured by all of auc, r2.",
        ),
        (
            {"accept": {"auc": 0.9}, "kind": "regression"},
            "accept.auc: a regression model is not measured by auc.",
        ),
        ({"accept": {"rmse": 0}}, "accept.rmse: 0 is too small: it must be more than 0."),
        ({"kind": "clusters"}, 'kind: "clusters" is not binary, multiclass or regression.'),
        ({"drop": ["id", "target"]}, 'drop: "target" is the target, and cannot be left out.'),
        ({"drop": ["a,b"]}, 'drop[1]: "a,b" is not a name of a column.'),
        (
            {"drop": [f"column_{n:03}" for n in range(23)]},
            "drop: the names have more than 249 characters together.",
        ),
        ({"approval": "auto"}, 'approval: "auto" is not manual or automatic.'),
        (
            {"approval": {"auto_when": {"r2": ">= 0.5"}}, "kind": "binary"},
            "approval.auto_when.r2: a binary model is not measured by r2.",
        ),
        (
            {"approval": {"auto_when": {"auc": "0.5"}}},
            'approval.auto_when.auc: "0.5" is no condition.',
        ),
        ({"approval": {"auto_when": {}}}, "approval.auto_when: names no condition."),
        ({"retrain": {"schedule": "daily"}}, 'retrain.schedule: "daily" is no schedule.'),
        (
            {"retrain": {"schedule": "cron(0 3 * * SUN *)"}},
            'retrain.schedule: "cron(0 3 * * SUN *)" is no schedule.',
        ),
        (
            {"retrain": {"budget_usd": 0}},
            "retrain.budget_usd: 0 is too small: it must be more than 0.",
        ),
        (
            {"retrain": {"on": ["quality"]}},
            "retrain.on: quality is not measured while monitor.quality is off.",
        ),
        ({"target": ""}, 'target: "" is empty.'),
        ({"target": 3}, "target: 3 is not text (put it in quotes if it is meant to be)."),
        ({"features": "visits"}, 'features: "visits" is not a list.'),
        (
            {"serving": {"scale": {"min": 0}}},
            "serving.scale.min: an endpoint of SageMaker's has an instance at least.",
        ),
        ({"serving": {"scale": {"min": -1}}}, "serving.scale.min: -1 is too small: at least 0."),
        (
            {"serving": {"scale": {"min": 3, "max": 2}}},
            "serving.scale.min: 3 is more than max, which is 2.",
        ),
        (
            {"serving": {"rollout": {"bake_minutes": 46}}},
            "serving.rollout.bake_minutes: 46 is too large: at most 45.",
        ),
        (
            {"serving": {"rollout": {"canary": "60%"}}},
            "serving.rollout.canary: 60% is out of bounds.",
        ),
        (
            {"serving": {"rollout": {"canary": 10}}},
            "serving.rollout.canary: 10 is not a percentage.",
        ),
        (
            {"serving": {"alarms": {"latency_ms": 0}}},
            "serving.alarms.latency_ms: 0 is too small: at least 1.",
        ),
        (
            {"serving": {"alarms": {"errors_percent": 101}}},
            "serving.alarms.errors_percent: 101 is too large: at most 100.",
        ),
        ({"serving": "ml.c6i.large"}, 'serving: "ml.c6i.large" is not a group of settings.'),
        (
            {"monitor": {"data": "wekly"}},
            'monitor.data: "wekly" is not hourly, daily, weekly, cron(…) or off.',
        ),
        (
            {"monitor": {"data": {"every": "cron(0 6 * * *)"}}},
            (
                'monitor.data.every: "cron(0 6 * * *)" is no cron expression of AWS\'s: '
                "cron(0 6 * * *): 5 fields, not 6."
            ),
        ),
        (
            {"monitor": {"explain": "cron(0/10 * * * ? *)"}},
            'monitor.explain: "cron(0/10 * * * ? *)" runs again after 10 minutes.',
        ),
        (
            {"monitor": {"quality": "cron(0 6 1 1 ? 2030)"}},
            (
                'monitor.quality: "cron(0 6 1 1 ? 2030)" is no cron expression of AWS\'s: '
                "cron(0 6 1 1 ? 2030) runs less than twice."
            ),
        ),
        ({"monitor": {"data": 3}}, "monitor.data: 3 is not a group of settings."),
        ({"monitor": {"bias": "weekly"}}, 'monitor.bias: "weekly" does not say between whom.'),
        (
            {"monitor": {"bias": {"every": "weekly"}}},
            "monitor.bias.on: no column says between whom.",
        ),
        (
            {"monitor": {"bias": {"on": ["sex", "target"]}}},
            'monitor.bias.on[2]: "target" is the target.',
        ),
        (
            {"drop": ["ward"], "monitor": {"quality": {"by": ["ward"]}}},
            'monitor.quality.by[1]: "ward" is dropped.',
        ),
        (
            {"monitor": {"quality": {"by": ["w" * 200, "v" * 56]}}},
            "monitor.quality.by: the names have more than 256 characters together.",
        ),
        (
            {"monitor": {"quality": {"truth": "/truth"}}},
            'monitor.quality.truth: "/truth" is not a prefix in the curated zone.',
        ),
        (
            {"monitor": {"explain": {"threshold": 1.5}}},
            "monitor.explain.threshold: 1.5 is too large: at most 1.",
        ),
        (
            {"monitor": {"data": {"window_hours": 0}}},
            "monitor.data.window_hours: 0 is too small: at least 1.",
        ),
        (
            {"monitor": {"data": {"min_rows": 29}}},
            "monitor.data.min_rows: 29 is too small: at least 30.",
        ),
        ({"monitor": {"capture": "off"}}, 'monitor.capture: "off" is not a percentage.'),
        ({"monitor": {"capture": "0%"}}, "monitor.capture: 0% is out of bounds."),
        (
            {"monitor": {"data": {"threshold": 0}}},
            "monitor.data.threshold: 0 is too small: it must be more than 0.",
        ),
        (
            {"monitor": {"drift_threshold": 0.2}},
            "monitor.drift_threshold: is not a setting here.",
        ),
        (
            {"retrain": {"on": ["rain"]}},
            'retrain.on[1]: "rain" is not drift, quality or new-data.',
        ),
        ({"retrain": {"cooldown_hours": 0}}, "retrain.cooldown_hours: 0 is too small: at least 1."),
        ({"retrain": None}, "retrain: has no value."),
        ({"shadow": {}}, "shadow: is not a setting here."),
    ],
)
def test_a_value_that_does_not_fit_is_told_in_plain_words(found, change, mistake):
    model = {"name": "readmission", "project": "templates/tabular", "features": ["visits"]}
    assert found(features=[GROUP], models=[model | change]) == [f"models[readmission].{mistake}"]


@pytest.mark.parametrize(
    ("model", "mistake"),
    [
        (
            {"monitor": {"data": {"every": "off", "threshold": 0.2}}},
            "monitor.data.threshold: monitor.data.every is off, and so nothing makes use of it.",
        ),
        (
            {"monitor": {"data": "off"}, "retrain": {"cooldown_hours": 12}},
            "retrain.cooldown_hours: monitor.data is off, and so nothing retrains the model.",
        ),
        (
            {"retrain": {"on": [], "cooldown_hours": 12}},
            "retrain.cooldown_hours: retrain.on is [], and so nothing retrains the model.",
        ),
        (
            {"delivery": {"start": "off", "fail_on": "low"}},
            "delivery.fail_on: the model has no delivery, which alone makes use of it.",
        ),
        (
            {"delivery": {"start": "off", "tag": "v*"}},
            "delivery.tag: the model has no delivery, which alone makes use of it.",
        ),
        (
            {"delivery": {"start": "off"}, "accept": {"not_worse_than_live": False}},
            "accept.not_worse_than_live: the model has no delivery, which alone makes use of it.",
        ),
    ],
)
def test_what_would_be_passed_over_is_refused(found_in_model, model, mistake):
    assert found_in_model(**model) == [mistake]


def test_a_cooldown_counts_where_drift_is_found_in_an_environment_that_deploys_the_model(found):
    model = {
        "name": "readmission",
        "project": "templates/tabular",
        "monitor": {"data": "off"},
        "retrain": {"cooldown_hours": 12},
    }
    (mistake,) = found(models=[model])
    assert mistake.startswith("models[readmission].retrain.cooldown_hours")
    assert found(models=[model], promotion={"to": ["staging"]}) == []


def test_a_fully_described_model_is_taken(found):
    model = {
        "name": "readmission", "project": "templates/tabular", "features": ["visits"],
        "target": "readmitted", "data": "visits",
        "image": IMAGE,
        "training": {"instance": "ml.g6.xlarge", "count": 2, "volume_gb": 100, "max_hours": 140,
                     "hyperparameters": {"algorithm": "boosting", "depth": 3, "c": 0.5, "b": True}},
        "processing": {"instance": "ml.m5.xlarge"}, "accept": {"auc": 1, "f1": 0.9},
        "kind": "multiclass", "drop": ["visit id"], "approval": "automatic",
        "serving": {
            "instance": "ml.c6i.large",
            "scale": {"min": 2, "max": 2, "invocations_per_minute": 1},
            "rollout": {"canary": "off", "bake_minutes": 0},
            "alarms": {"latency_ms": 1, "errors_percent": 0.1},
        },
        "monitor": {
            "capture": "1%",
            "data": {"every": "hourly", "window_hours": 48, "threshold": 1, "min_rows": 30},
            "quality": {"every": "cron(30 6 ? * MON-FRI *)", "by": ["ward"], "truth": "truth/a"},
            "bias": {"on": ["sex"], "every": "weekly", "threshold": 0.05},
            "explain": "weekly",
        },
        "retrain": {"on": ["drift"], "cooldown_hours": 1},
    }  # fmt: skip
    assert found(features=[GROUP], models=[model]) == []


@pytest.mark.parametrize(
    ("group", "instance", "what"),
    [
        ("training", "ml.g6.xlarge", "GPU"),
        ("training", "ml.trn1.2xlarge", "Trainium"),
        ("processing", "ml.g5.xlarge", "GPU"),
        ("serving", "ml.inf2.xlarge", "Inferentia"),
        ("serving", "ml.dl1.24xlarge", "Gaudi"),
        ("serving", "ml.c7g.large", "Arm"),
    ],
)
def test_hardware_that_the_image_cannot_use_is_refused(found_in_model, group, instance, what):
    assert found_in_model(**{group: {"instance": instance}}) == [
        f"{group}.instance: SageMaker's scikit-learn image makes no use of {instance} ({what})."
    ]
    assert found_in_model(**{group: {"instance": instance}}, image=IMAGE) == []


def test_a_burstable_instance_is_one_of_a_fixed_number(found_in_model):
    assert found_in_model(serving={"instance": "ml.t2.medium"}) == [
        "serving.instance: ml.t2.medium is burstable, and does not scale."
    ]
    fixed = {"instance": "ml.t2.medium", "scale": {"min": 1, "max": 1}}
    assert found_in_model(serving=fixed) == []


@pytest.mark.parametrize(
    "rollout", [{}, {"canary": "off"}, {"bake_minutes": 0}, {"canary": "10%", "bake_minutes": 0}]
)
def test_a_type_without_guardrails_is_promised_none(found_in_model, rollout):
    serving = {"instance": "ml.inf1.xlarge", "rollout": rollout}
    assert found_in_model(serving=serving, image=IMAGE) == [
        "serving.instance: updates of ml.inf1.xlarge have no canary, no bake and no rollback."
    ]
    serving["rollout"] = {"canary": "off", "bake_minutes": 0}
    assert found_in_model(serving=serving, image=IMAGE) == []


def test_what_does_not_fit_is_told_all_at_once(found_in_model):
    assert found_in_model(
        training={"instance": "ml.g6.xlarge"},
        serving={"instance": "ml.t2.medium"},
        monitor={"data": "off"},
        retrain={"on": ["drift"]},
    ) == [
        "training.instance: SageMaker's scikit-learn image makes no use of ml.g6.xlarge (GPU).",
        "serving.instance: ml.t2.medium is burstable, and does not scale.",
        "retrain.on: drift is not found while monitor.data is off.",
    ]


def test_percentages_are_whole_numbers_and_off_is_none():
    assert Rollout.model_validate_json('{"canary": "50%"}').canary == 50
    assert Rollout.model_validate_json('{"canary": "off"}').canary == 0
    assert Monitor.model_validate_json('{"capture": "100%"}').capture == 100


def test_retraining_on_drift_needs_a_monitor(found_in_model):
    assert found_in_model(monitor={"data": "off"}) == []
    assert found_in_model(monitor={"data": "off"}, retrain={"on": []}) == []
    assert found_in_model(monitor={"data": "off"}, retrain={"on": ["drift"]}) == [
        "retrain.on: drift is not found while monitor.data is off."
    ]


def test_a_model_reads_feature_groups_that_exist(found):
    model = {"name": "stay", "project": "p", "features": ["visits"]}
    assert found(features=[GROUP], models=[model]) == []
    assert found(models=[model]) == [
        'models[stay].features[1]: there is no feature group "visits".'
    ]


def test_two_models_of_one_name_are_refused(found):
    models = [{"name": "stay", "project": "p"}, {"name": "stay", "project": "q"}]
    assert found(models=models) == ["models[stay].name: two models are called stay."]


def test_what_does_not_fit_between_parts_is_told_beside_what_is_wrong_in_one(found):
    models = [
        {"name": "stay", "project": "p", "features": ["vists"], "serving": {"instance": "ml.x"}},
        {"name": "stay"},
    ]
    assert sorted(found(features=[GROUP], models=models)) == [
        'models[stay].features[1]: there is no feature group "vists".',
        "models[stay].name: two models are called stay.",
        "models[stay].project: is missing.",
        'models[stay].serving.instance: "ml.x" is not an endpoint instance type.',
    ]


@pytest.mark.parametrize(
    ("monitor", "hours"),
    [
        ("hourly", 24),
        ("daily", 24),
        ("weekly", 168),
        ("cron(0 6 ? * MON-FRI *)", 72),
        ({"every": "hourly", "window_hours": 1}, 1),
    ],
)
def test_a_monitor_looks_at_all_traffic_since_its_last_run_and_at_a_day_at_least(monitor, hours):
    read = Monitor.model_validate_json(json.dumps({"data": monitor}))
    assert read.data.hours == hours


def test_a_word_stands_for_a_group_in_which_it_is_all_that_is_said():
    read = Monitor.model_validate_json('{"data": "weekly", "explain": {}, "quality": "off"}')
    assert read.data == DataMonitor(every="weekly")
    assert read.explain.every == "weekly"
    assert list(read.kinds) == ["data", "explain"]
    assert list(Monitor().kinds) == ["data"]


def test_truth_is_below_the_models_name_unless_it_is_said_to_be_elsewhere():
    assert ModelSettings(name="a", project="p").truth_prefix == "truth/a"
    quality = QualityMonitor(every="off", truth="labels")
    model = ModelSettings(name="a", project="p", monitor=Monitor(quality=quality))
    assert model.truth_prefix == "labels"


@pytest.mark.parametrize("tag", ["", ":1.0", "@sha256:0a"])
def test_a_model_may_bring_an_image_from_ecr(found_in_model, tag):
    image = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/training{tag}"
    assert found_in_model(image=image) == []


@pytest.mark.parametrize("image", ["python:3.12", "1.dkr.ecr.eu-west-1.amazonaws.com/a", ""])
def test_an_image_from_elsewhere_is_refused(found_in_model, image):
    assert found_in_model(image=image) == [f'image: "{image}" is not an image in ECR.']


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        ModelSettings(name="a", project="p").target = "other"


@pytest.mark.parametrize(
    "delivery",
    [
        {},
        {"start": "push"},
        {"start": "hand", "fail_on": "high"},
        {"start": "off"},
        {"fail_on": "low"},
    ],
)
def test_a_model_is_delivered_by_a_push_by_hand_or_not_at_all(found_in_model, delivery):
    assert found_in_model(delivery=delivery) == []


@pytest.mark.parametrize(
    ("delivery", "mistake"),
    [
        ({"start": "drift"}, 'delivery.start: "drift" is not push, hand or off.'),
        ({"fail_on": "grave"}, 'delivery.fail_on: "grave" is not critical, high, medium or low.'),
    ],
)
def test_other_deliveries_are_refused(found_in_model, delivery, mistake):
    assert found_in_model(delivery=delivery) == [mistake]


def test_a_training_that_no_delivery_waits_for_is_refused(found_in_model):
    assert found_in_model(training={"max_hours": 141}) == [
        "training.max_hours: 141 hours are more than a delivery waits for."
    ]
    assert found_in_model(training={"max_hours": 672}, delivery={"start": "off"}) == []


def test_a_models_own_tag_needs_an_environment_that_tags_start(found):
    models = [{"name": "stay", "project": "templates/tabular", "delivery": {"tag": "stay-*"}}]

    assert found(models=models, delivery={"trigger": {"tag": "v*"}}) == []
    assert found(models=models) == [
        "models[stay].delivery.tag: the environment's delivery is not started by a tag."
    ]


@pytest.mark.parametrize(
    ("accept", "kind", "text"),
    [
        ({}, None, "binary: auc >= 0.8; multiclass: auc >= 0.8; regression: r2 >= 0.1"),
        ({}, "regression", "regression: r2 >= 0.1"),
        ({"auc": 0.86}, None, "auc >= 0.86"),
        ({"mae": 12, "r2": 0.5}, "regression", "r2 >= 0.5, mae <= 12"),
        ({"not_worse_than_live": False}, "binary", "binary: auc >= 0.8"),
    ],
)
def test_what_is_accepted_is_told_as_conditions(accept, kind, text):
    model = ModelSettings(name="stay", project="p", kind=kind, accept=accept)
    assert model.accept.text(model.kind) == text
    assert len(f"--accept={text}") <= 256

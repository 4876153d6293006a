import pytest

from infra.models.training_options import options_of
from infra.settings.platform import Training
from infra.settings.training_options import processes_on, uses_efa

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/training:1.0"
PLAN = "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/oncology"
SPOT = {"checkpoints": True, "spot": {"max_wait_hours": 48}}
GROUPS = {
    "data": {"instance": "ml.m6i.xlarge", "count": 2},
    "learners": {"instance": "ml.m5.large"},
}


@pytest.mark.parametrize(
    "training",
    [
        SPOT,
        {"checkpoints": True},
        {"spot": {"max_wait_hours": 2}, "max_hours": 2, "checkpoints": True},
        {"keep_warm_minutes": 60},
        {"isolated": True},
        {"distributed": "torchrun", "count": 2},
        {"instance_groups": GROUPS},
        {"reserved": PLAN},
        {"budget_usd": 0.5},
    ],
)
def test_what_sagemaker_does_is_taken(found_in_model, training):
    assert found_in_model(training=training) == []


@pytest.mark.parametrize(
    ("training", "mistake"),
    [
        (
            {"spot": {"max_wait_hours": 48}},
            "spot: a training that is interrupted would begin anew: it keeps no checkpoints.",
        ),
        (
            {**SPOT, "spot": {"max_wait_hours": 23}},
            "spot.max_wait_hours: 23 hours are fewer than the 24 of max_hours, which they contain.",
        ),
        ({**SPOT, "spot": {}}, "spot.max_wait_hours: is missing."),
        (
            {**SPOT, "keep_warm_minutes": 10},
            "keep_warm_minutes: SageMaker keeps no spot instances warm.",
        ),
        (
            {"instance_groups": GROUPS, "keep_warm_minutes": 10},
            "keep_warm_minutes: SageMaker keeps no instance groups warm.",
        ),
        ({"keep_warm_minutes": 61}, "keep_warm_minutes: 61 is too large: at most 60."),
        (
            {**SPOT, "reserved": PLAN},
            "spot: reserved capacity is paid for, and is not taken from spot instances.",
        ),
        ({"reserved": "plan"}, 'reserved: "plan" is not the ARN of a training plan.'),
        (
            {"instance_groups": GROUPS, "count": 2},
            "count: instance_groups say which instances there are, and how many.",
        ),
        (
            {"distributed": "torchrun", "count": 2, "tune": {}},
            (
                "distributed: torchrun is started by an entry point, which the trainings of a "
                "search have not."
            ),
        ),
        (
            {"instance_groups": GROUPS, "distributed": "torchrun"},
            (
                "distributed: torchrun starts as many processes on each instance, which groups do "
                "not have alike."
            ),
        ),
        (
            {"instance_groups": {f"g{n}": {"instance": "ml.m5.large"} for n in range(6)}},
            (
                'instance_groups: {"g0": {"instance": "ml.m5.large"}, "g1": '
                '{"instance": "ml.… is too long: at most 5 allowed.'
            ),
        ),
        (
            {"distributed": "torchrun"},
            (
                "distributed: one ml.m6i.xlarge is one process on one processor: nothing is shared "
                "out."
            ),
        ),
        (
            {"distributed": "horovod"},
            'distributed: "horovod" is not torchrun, the one value allowed here.',
        ),
        (
            {"instance_groups": {"data": {"instance": "ml.g5.xlarge"}}},
            (
                "instance_groups.data.instance: SageMaker's scikit-learn image makes no use of "
                "ml.g5.xlarge (GPU)."
            ),
        ),
    ],
)
def test_what_does_not_go_together_is_refused(found_in_model, training, mistake):
    assert found_in_model(training=training) == [f"training.{mistake}"]


def test_one_instance_of_one_accelerator_shares_nothing_out(found_in_model):
    def told(instance, **more):
        training = {"instance": instance, "distributed": "torchrun", **more}
        return found_in_model(training=training, image=IMAGE)

    assert told("ml.g5.12xlarge") == told("ml.g5.xlarge", count=2) == told("ml.trn1.2xlarge") == []
    (mistake,) = told("ml.g5.xlarge")
    assert mistake.startswith("training.distributed: one ml.g5.xlarge is one process on one GPU")


def test_a_budget_of_retraining_does_not_count_groups(found_in_model):
    (mistake,) = found_in_model(
        training={"instance_groups": GROUPS}, retrain={"on": ["drift"], "budget_usd": 10}
    )
    assert mistake.startswith("retrain.budget_usd: what trainings on instance groups have cost")


def test_a_delivery_waits_for_no_longer_spot_than_for_any_training(found_in_model):
    training = {**SPOT, "spot": {"max_wait_hours": 200}}
    assert found_in_model(training=training) == [
        "training.spot.max_wait_hours: 200 hours are more than a delivery waits for."
    ]
    assert found_in_model(training=training, delivery={"start": "off"}) == []


@pytest.mark.parametrize(
    ("instance", "processes", "efa"),
    [
        ("ml.m6i.xlarge", 1, False),
        ("ml.g4dn.12xlarge", 4, True),
        ("ml.g5.2xlarge", 1, False),
        ("ml.p4d.24xlarge", 8, True),
        ("ml.trn1.2xlarge", 2, False),
        ("ml.trn1.32xlarge", 32, True),
        ("ml.trn2.48xlarge", 64, True),
    ],
)
def test_there_is_a_process_for_each_accelerator_and_efa_where_the_type_has_it(
    instance, processes, efa
):
    assert processes_on(instance) == processes
    assert uses_efa(instance) is efa


def test_settings_become_what_the_pipeline_takes():
    assert options_of(Training(), "eu-west-1") == {}
    training = Training.model_validate_json(
        """{"checkpoints": true, "spot": {"max_wait_hours": 48}, "isolated": true,
        "instance": "ml.p4d.24xlarge", "count": 2, "distributed": "torchrun"}"""
    )
    assert options_of(training, "eu-west-1") == {
        "checkpoints": True,
        "spot_wait_seconds": 48 * 3600,
        "isolated": True,
        "torchrun": {
            "hosts": 2,
            "processes": 8,
            "instance_type": "ml.p4d.24xlarge",
            "efa": True,
        },
    }
    kept = Training(keep_warm_minutes=10, reserved=PLAN)
    assert options_of(kept, "eu-west-1") == {"keep_warm_seconds": 600, "training_plan_arn": PLAN}

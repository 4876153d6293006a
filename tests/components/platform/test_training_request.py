import pytest

from components.platform.training_definition import DefinitionError, Placement, placed
from components.platform.training_request import checkpoints_uri, set_options

KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
PLAN = "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/oncology"
TORCHRUN = {"hosts": 2, "processes": 4, "instance_type": "ml.g5.12xlarge", "efa": False}
GROUPS = [
    {"name": "data", "instance_type": "ml.m6i.xlarge", "instance_count": 3},
    {"name": "learners", "instance_type": "ml.m5.xlarge", "instance_count": 1},
]


def request(**more):
    return {
        "AlgorithmSpecification": {
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/train.py", "--fast"],
        },
        "ResourceConfig": {"InstanceType": "ml.m6i.xlarge", "InstanceCount": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **more,
    }


def told(options, **more):
    given = request(**more)
    set_options("Train", given, options)
    return given


def test_what_is_not_asked_for_changes_nothing():
    assert told({}) == request()


def test_checkpoints_lie_below_the_execution_and_the_step():
    uri = told({"checkpoints": True})["CheckpointConfig"]["S3Uri"]
    assert uri == checkpoints_uri("Train") != checkpoints_uri("Other")
    assert {"Get": "Execution.PipelineExecutionId"} in uri["Std:Join"]["Values"]


def test_spot_waits_longer_than_the_training_runs():
    given = told({"spot_wait_seconds": 7200})
    assert given["EnableManagedSpotTraining"] is True
    assert given["StoppingCondition"] == {
        "MaxRuntimeInSeconds": 3600,
        "MaxWaitTimeInSeconds": 7200,
    }


def test_instances_are_kept_warm_isolated_and_taken_from_a_plan():
    given = told({"keep_warm_seconds": 600, "isolated": True, "training_plan_arn": PLAN})
    assert given["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 600
    assert given["ResourceConfig"]["TrainingPlanArn"] == PLAN
    assert given["EnableNetworkIsolation"] is True


def test_groups_stand_in_place_of_one_type():
    resources = told({"instance_groups": GROUPS})["ResourceConfig"]
    assert resources == {
        "InstanceGroups": [
            {
                "InstanceGroupName": "data",
                "InstanceType": "ml.m6i.xlarge",
                "InstanceCount": 3,
            },
            {
                "InstanceGroupName": "learners",
                "InstanceType": "ml.m5.xlarge",
                "InstanceCount": 1,
            },
        ]
    }


def test_torchrun_starts_the_script_on_every_host():
    given = told({"torchrun": TORCHRUN})
    assert given["AlgorithmSpecification"]["ContainerEntrypoint"] == [
        "torchrun",
        "--nnodes=2",
        "--nproc-per-node=4",
        "--rdzv-backend=c10d",
        "--rdzv-endpoint=algo-1:29400",
        "/opt/ml/input/data/code/train.py",
        "--fast",
    ]
    assert "Environment" not in given


def test_the_elastic_fabric_adapter_is_what_hosts_speak_by():
    given = told({"torchrun": {**TORCHRUN, "efa": True}}, Environment={"NCCL_DEBUG": "WARN"})
    assert given["Environment"] == {"NCCL_DEBUG": "WARN", "FI_PROVIDER": "efa"}


def test_a_script_of_the_toolkit_is_started_by_its_own_torchrun():
    given = told(
        {"torchrun": TORCHRUN},
        AlgorithmSpecification={"TrainingInputMode": "File"},
        HyperParameters={"sagemaker_program": "train.py"},
    )
    assert given["HyperParameters"] == {
        "sagemaker_program": "train.py",
        "sagemaker_torch_distributed_enabled": "true",
        "sagemaker_instance_type": "ml.g5.12xlarge",
    }
    assert "ContainerEntrypoint" not in given["AlgorithmSpecification"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ([], "neither an entry point of python and a script, nor a sagemaker_program"),
        (["bash", "train.sh"], "the training's entry point is bash train.sh"),
        (["python3", "-m"], "the training's entry point is python3 -m"),
    ],
)
def test_what_torchrun_cannot_start_is_refused_by_its_step(entry, said):
    given = request(OutputDataConfig={})
    given["AlgorithmSpecification"]["ContainerEntrypoint"] = entry
    definition = {"Steps": [{"Name": "Train", "Type": "Training", "Arguments": given}]}
    placement = Placement("role", ["subnet"], ["group"], KEY)
    with pytest.raises(DefinitionError, match=f"step Train: .*{said}"):
        placed(definition, {}, placement, options={"torchrun": TORCHRUN})


@pytest.mark.parametrize(
    ("instance", "encrypted"), [("ml.m5.xlarge", True), ("ml.g5.xlarge", False)]
)
def test_groups_have_a_volume_key_unless_one_has_disks_of_its_own(instance, encrypted):
    groups = [GROUPS[0], {**GROUPS[1], "instance_type": instance}]
    definition = {
        "Steps": [{"Name": "Train", "Type": "Training", "Arguments": request(OutputDataConfig={})}]
    }
    placement = Placement("role", ["subnet"], ["group"], KEY)
    made = placed(definition, {}, placement, options={"instance_groups": groups})
    assert ("VolumeKmsKeyId" in made["Steps"][0]["Arguments"]["ResourceConfig"]) == encrypted

"""What the training settings of a model ask of its jobs, as the training pipeline takes it."""

from components.platform.training_request import TrainingOptions
from infra.settings.framework_image import image_for
from infra.settings.platform import Training
from infra.settings.training_options import processes_on, uses_efa

HOUR, MINUTE = 3600, 60


def options_of(training: Training, region: str) -> TrainingOptions:
    """The options of the jobs in a region; what the settings leave out is not among them.

    Raises KeyError where the region has no image of the framework.
    """
    options: TrainingOptions = {}
    if training.checkpoints:
        options["checkpoints"] = True
    if found := image_for(training.framework, "training", training.instances):
        options["image_uri"] = found.uri(region)
    if training.spot:
        options["spot_wait_seconds"] = training.spot.max_wait_hours * HOUR
    if training.keep_warm_minutes:
        options["keep_warm_seconds"] = training.keep_warm_minutes * MINUTE
    if training.isolated:
        options["isolated"] = True
    if training.distributed:
        options["torchrun"] = {
            "hosts": training.count,
            "processes": processes_on(training.instance),
            "instance_type": training.instance,
            "efa": training.count > 1 and uses_efa(training.instance),
        }
    if training.instance_groups:
        options["instance_groups"] = [
            {"name": name, "instance_type": group.instance, "instance_count": group.count}
            for name, group in training.instance_groups.items()
        ]
    if training.reserved:
        options["training_plan_arn"] = training.reserved
    return options

"""The training pipeline of this model, compiled into pipeline.json beside this file.

Run `python pipeline.py` after a change. It needs the SageMaker SDK (`pip install 'sagemaker>=3'`)
and neither an account nor a network: all that differs between environments is a parameter, which
the platform sets. The same source always compiles to the same bytes.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines.html
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

# The SDK asks for these as soon as it is imported. No request is sent, so no values are needed.
os.environ.update(
    {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "unused",
        "AWS_SECRET_ACCESS_KEY": "unused",
        "SAGEMAKER_VALIDATE_ROLE": "false",
    }
)

from sagemaker.core.drift_check_baselines import DriftCheckBaselines
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.model_registry import (
    get_create_model_package_request,
    get_model_package_args,
)
from sagemaker.core.processing import Processor
from sagemaker.core.shapes import (
    OutputDataConfig,
    ProcessingInput,
    ProcessingOutput,
    ProcessingS3Input,
    ProcessingS3Output,
)
from sagemaker.core.workflow.conditions import ConditionEquals
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import (
    ParameterInteger,
    ParameterString,
)
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.properties import Properties, PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import (
    ProcessingStep,
    Step,
    StepTypeEnum,
    TrainingStep,
)
from sagemaker.train.configs import (
    Compute,
    InputData,
    MetricDefinition,
)
from sagemaker.train.model_trainer import ModelTrainer

PROCESSING = "/opt/ml/processing"
CODE = f"{PROCESSING}/input/code"
METRICS = ("auc", "accuracy", "precision", "recall", "f1", "mae", "rmse", "r2")
"""What train.py logs of the validation records: those of its problem's kind."""
ANY_ROLE = "arn:aws:iam::123456789012:role/replaced-by-the-parameter"

data_uri = ParameterString("DataUri")
output_uri = ParameterString("OutputUri")
code_uri = ParameterString("CodeUri")
image_uri = ParameterString("ImageUri")
role_arn = ParameterString("RoleArn")
kms_key_id = ParameterString("KmsKeyId")
training_instance_type = ParameterString("TrainingInstanceType", "ml.m6i.large")
training_instance_count = ParameterInteger("TrainingInstanceCount", 1)
training_volume_gb = ParameterInteger("TrainingVolumeGb", 30)
training_max_seconds = ParameterInteger("TrainingMaxSeconds", 3600)
processing_instance_type = ParameterString("ProcessingInstanceType", "ml.m6i.large")
model_package_group_name = ParameterString("ModelPackageGroupName")
model_approval_status = ParameterString("ModelApprovalStatus", "PendingManualApproval")
target_column = ParameterString("TargetColumn", "target")
kind = ParameterString("Kind", "auto")
drop_columns = ParameterString("DropColumns", "")
facets = ParameterString("Facets", "")
accept = ParameterString(
    "Accept", "binary: auc >= 0.8; multiclass: auc >= 0.8; regression: r2 >= 0.1"
)


SDK_DEFAULTS = {
    "SchemaVersion": "1.0",
    "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
}
"""In place of the SDK's configuration files, whose defaults would get into the definition."""


class ScriptTrainingStep(TrainingStep):
    """A training job that runs a script of its `code` channel.

    ModelTrainer sets an entry point only together with code that it uploads at compile time; here
    the code is wherever the platform has put it. Nor does it take parameters for the role, the
    volume and the time.
    """

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of CreateTrainingJob."""
        request = super().arguments
        request["AlgorithmSpecification"]["ContainerEntrypoint"] = [
            "python3",
            "/opt/ml/input/data/code/train.py",
        ]
        request["RoleArn"] = role_arn
        request["ResourceConfig"]["VolumeSizeInGB"] = training_volume_gb
        request["StoppingCondition"] = {"MaxRuntimeInSeconds": training_max_seconds}
        return request


class RegisterStep(Step):
    """A model package of a request that is whole at compile time.

    ModelBuilder.register() would pack and upload serving code from the machine that compiles.
    """

    def __init__(self, name: str, request: dict[str, Any]) -> None:
        super().__init__(name, step_type=StepTypeEnum.REGISTER_MODEL)
        self.request = request

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of CreateModelPackage, without the two that Pipelines sets itself."""
        reserved = {"CertifyForMarketplace", "SkipModelValidation"}
        return {key: value for key, value in self.request.items() if key not in reserved}

    @property
    def properties(self) -> Properties:
        """What later steps may refer to."""
        return Properties(step_name=self.name, step=self, shape_name="DescribeModelPackageOutput")


def source(name: str, uri: Any) -> ProcessingInput:
    """An S3 prefix as the folder input/<name> of a processing job."""
    return ProcessingInput(
        input_name=name,
        s3_input=ProcessingS3Input(
            s3_uri=uri,
            local_path=f"{PROCESSING}/input/{name}",
            s3_data_type="S3Prefix",
            s3_input_mode="File",
            s3_data_distribution_type="FullyReplicated",
        ),
    )


def result(name: str) -> ProcessingOutput:
    """The folder output/<name> of a processing job, kept under this execution's own prefix."""
    return ProcessingOutput(
        output_name=name,
        s3_output=ProcessingS3Output(
            s3_uri=Join("/", [output_uri, ExecutionVariables.PIPELINE_EXECUTION_ID, name]),
            local_path=f"{PROCESSING}/output/{name}",
            s3_upload_mode="EndOfJob",
        ),
    )


def output_of(step: ProcessingStep, name: str) -> Any:
    """Where an output of a processing step went."""
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri


def processor(session: PipelineSession, script: str) -> Processor:
    """A processing job that runs a script of its `code` input."""
    return Processor(
        role=role_arn,
        image_uri=image_uri,
        instance_count=1,
        instance_type=processing_instance_type,
        entrypoint=["python3", f"{CODE}/{script}"],
        volume_size_in_gb=30,
        volume_kms_key=kms_key_id,
        output_kms_key=kms_key_id,
        max_runtime_in_seconds=3600,
        base_job_name="job",
        sagemaker_session=session,
    )


def pipeline(session: PipelineSession) -> Pipeline:
    """Preprocess, train, evaluate; register the model where it is what is accepted."""
    preprocess = ProcessingStep(
        name="Preprocess",
        step_args=processor(session, "preprocess.py").run(
            inputs=[source("data", data_uri), source("code", code_uri)],
            outputs=[result(name) for name in ("train", "validation", "test", "snapshot")],
            arguments=[
                "--target",
                target_column,
                "--kind",
                kind,
                Join("", ["--drop=", drop_columns]),
                "--input",
                f"{PROCESSING}/input/data",
                "--output",
                f"{PROCESSING}/output",
            ],
        ),
    )

    trainer = ModelTrainer(
        sagemaker_session=session,
        role=ANY_ROLE,
        base_job_name="job",
        training_image=image_uri,
        compute=Compute(
            instance_type=training_instance_type,
            instance_count=training_instance_count,
            volume_kms_key_id=kms_key_id,
        ),
        output_data_config=OutputDataConfig(
            s3_output_path=Join(
                "/", [output_uri, ExecutionVariables.PIPELINE_EXECUTION_ID, "model"]
            ),
            kms_key_id=kms_key_id,
        ),
        input_data_config=[
            InputData(channel_name="train", data_source=output_of(preprocess, "train")),
            InputData(channel_name="validation", data_source=output_of(preprocess, "validation")),
            InputData(channel_name="code", data_source=code_uri),
        ],
    ).with_metric_definitions(
        [
            MetricDefinition(name=f"validation:{metric}", regex=f"validation:{metric}=([-0-9.]+)")
            for metric in METRICS
        ]
    )
    train = ScriptTrainingStep(name="Train", step_args=trainer.train())
    model_data = train.properties.ModelArtifacts.S3ModelArtifacts

    quality = PropertyFile("Quality", output_name="evaluation", path="evaluation.json")
    evaluate = ProcessingStep(
        name="Evaluate",
        step_args=processor(session, "evaluate.py").run(
            inputs=[
                source("model", model_data),
                source("train", output_of(preprocess, "train")),
                source("test", output_of(preprocess, "test")),
                source("code", code_uri),
            ],
            outputs=[result("evaluation"), result("baseline")],
            arguments=[
                Join("", ["--accept=", accept]),
                Join("", ["--facets=", facets]),
                "--model",
                f"{PROCESSING}/input/model",
                "--train",
                f"{PROCESSING}/input/train",
                "--test",
                f"{PROCESSING}/input/test",
                "--output",
                f"{PROCESSING}/output",
            ],
        ),
        property_files=[quality],
    )

    accepted = JsonGet(
        step_name=evaluate.name, property_file=quality, json_path="acceptance.accepted"
    )
    check = ConditionStep(
        name="CheckQuality",
        conditions=[ConditionEquals(left=accepted, right=True)],
        if_steps=[register(preprocess, evaluate, model_data)],
        else_steps=[
            FailStep(
                name="Fail",
                error_message=Join(" ", ["The model is not what is accepted:", accept]),
            )
        ],
    )
    return Pipeline(
        name="training",
        parameters=[
            data_uri,
            output_uri,
            code_uri,
            image_uri,
            role_arn,
            kms_key_id,
            training_instance_type,
            training_instance_count,
            training_volume_gb,
            training_max_seconds,
            processing_instance_type,
            model_package_group_name,
            model_approval_status,
            target_column,
            kind,
            drop_columns,
            facets,
            accept,
        ],
        steps=[preprocess, train, evaluate, check],
        sagemaker_session=session,
        pipeline_experiment_config=None,
    )


def register(preprocess: ProcessingStep, evaluate: ProcessingStep, model_data: Any) -> RegisterStep:
    """A model package with its metrics, the baseline of its monitors, and what it was made of."""

    def document(step: ProcessingStep, output: str, file: str) -> MetricsSource:
        return MetricsSource("application/json", Join("/", [output_of(step, output), file]))

    evaluation = document(evaluate, "evaluation", "evaluation.json")
    request = get_create_model_package_request(
        **get_model_package_args(
            container_def_list=[
                {
                    "Image": image_uri,
                    "ModelDataUrl": model_data,
                    "Environment": {
                        "SAGEMAKER_PROGRAM": "inference.py",
                        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
                    },
                }
            ],
            model_package_group_name=model_package_group_name,
            content_types=["text/csv", "application/json"],
            response_types=["application/json", "text/csv"],
            approval_status=model_approval_status,
            model_metrics=ModelMetrics(model_statistics=evaluation),
            drift_check_baselines=DriftCheckBaselines(
                model_data_statistics=document(evaluate, "baseline", "baseline.json"),
                model_statistics=evaluation,
            ),
        )
    )
    request["CustomerMetadataProperties"] = {
        "snapshot": Join("/", [output_of(preprocess, "snapshot"), "snapshot.json"]),
        "code": code_uri,
        "execution": ExecutionVariables.PIPELINE_EXECUTION_ARN,
    }
    return RegisterStep("Register", request)


def main() -> None:
    """Write pipeline.json beside this file."""
    session = PipelineSession(default_bucket="nothing-is-uploaded", sagemaker_config=SDK_DEFAULTS)
    definition = json.loads(pipeline(session).definition())
    source = Path(__file__).read_text(encoding="utf-8")
    # By this the platform knows whether the source has changed since.
    definition["Metadata"] = {"source": hashlib.sha256(source.encode()).hexdigest()}
    text = json.dumps(definition, indent=2, sort_keys=True)
    Path(__file__).with_name("pipeline.json").write_text(f"{text}\n")


if __name__ == "__main__":
    main()

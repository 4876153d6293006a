"""Services and features of services that AWS retires.

A service with a record of its own says it there (`Service.lifecycle`); here are parts of services
that stay, and what the platform never used but a stack may still find among the resource types.

https://docs.aws.amazon.com/general/latest/gr/maintenance_services.html
https://docs.aws.amazon.com/general/latest/gr/sunset_services.html
https://docs.aws.amazon.com/general/latest/gr/full_shutdown_services.html
"""

from datetime import date

from catalog.service_record import Feature, Lifecycle, State

_GENERAL = "https://docs.aws.amazon.com/general/latest/gr"
MAINTENANCE = f"{_GENERAL}/maintenance_services.html"
SUNSET = f"{_GENERAL}/sunset_services.html"
SHUT_DOWN = f"{_GENERAL}/full_shutdown_services.html"
_SAGEMAKER = "https://docs.aws.amazon.com/sagemaker/latest/dg"
_JULY_2026 = date(2026, 7, 30)

FEATURES: tuple[Feature, ...] = (
    Feature(
        "sagemaker",
        "SageMaker Model Monitor",
        Lifecycle(
            State.CLOSED,
            _JULY_2026,
            f"{_SAGEMAKER}/model-monitor-availability-change.html",
            "jobs of one's own over captured data, or CloudWatch metrics with anomaly detection",
        ),
        types=(
            "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
            "aws:sagemaker/monitoringSchedule:MonitoringSchedule",
            "AWS::SageMaker::DataQualityJobDefinition",
            "AWS::SageMaker::ModelQualityJobDefinition",
            "AWS::SageMaker::MonitoringSchedule",
        ),
    ),
    Feature(
        "sagemaker",
        "SageMaker Clarify",
        Lifecycle(
            State.CLOSED,
            _JULY_2026,
            f"{_SAGEMAKER}/clarify-availability-change.html",
            "bias metrics and SHAP values in jobs of one's own",
        ),
        types=(
            "AWS::SageMaker::ModelBiasJobDefinition",
            "AWS::SageMaker::ModelExplainabilityJobDefinition",
        ),
    ),
    Feature(
        "sagemaker",
        "SageMaker Debugger",
        Lifecycle(State.CLOSED, _JULY_2026, f"{_SAGEMAKER}/debugger-createtrainingjob-api.html"),
    ),
    Feature("sagemaker", "SageMaker Profiler", Lifecycle(State.ENDS, date(2027, 6, 30), SUNSET)),
    Feature(
        "sagemaker",
        "SageMaker Ground Truth and Augmented AI",
        Lifecycle(State.CLOSED, _JULY_2026, MAINTENANCE),
        types=(
            "aws:sagemaker/flowDefinition:FlowDefinition",
            "aws:sagemaker/humanTaskUI:HumanTaskUI",
        ),
    ),
    Feature(
        "sagemaker",
        "SageMaker Ground Truth Plus",
        Lifecycle(State.ENDED, date(2026, 6, 30), SHUT_DOWN),
    ),
    Feature(
        "sagemaker",
        "SageMaker Role Manager, Studio Lab and geospatial capabilities",
        Lifecycle(State.CLOSED, _JULY_2026, MAINTENANCE),
    ),
    Feature(
        "sagemaker",
        "SageMaker Edge Manager",
        Lifecycle(
            State.ENDED,
            date(2024, 4, 26),
            f"{_SAGEMAKER}/edge-eol.html",
            "ONNX Runtime with Greengrass v2",
        ),
        types=(
            "aws:sagemaker/device:Device",
            "aws:sagemaker/deviceFleet:DeviceFleet",
            "AWS::SageMaker::Device",
            "AWS::SageMaker::DeviceFleet",
        ),
    ),
    Feature(
        "evidently",
        "CloudWatch Evidently",
        Lifecycle(State.ENDED, date(2025, 10, 17), SHUT_DOWN),
        types=(
            "aws:evidently/feature:Feature",
            "aws:evidently/launch:Launch",
            "aws:evidently/project:Project",
            "aws:evidently/segment:Segment",
        ),
    ),
    Feature(
        "kinesisanalytics",
        "Kinesis Data Analytics for SQL",
        Lifecycle(State.ENDED, date(2026, 1, 27), SHUT_DOWN, "Managed Service for Apache Flink"),
        types=("aws:kinesis/analyticsApplication:AnalyticsApplication",),
    ),
    Feature(
        "glue",
        "Glue jobs of Ray",
        Lifecycle(State.CLOSED, date(2026, 3, 31), MAINTENANCE, "Ray on EKS or EMR"),
    ),
    Feature(
        "glue",
        "Glue 0.9, 1.0 and 2.0",
        Lifecycle(
            State.ENDED,
            date(2026, 4, 1),
            "https://docs.aws.amazon.com/glue/latest/dg/release-notes.html",
            "Glue 5.1",
        ),
    ),
    Feature(
        "lakeformation",
        "Lake Formation governed tables",
        Lifecycle(State.ENDED, date(2024, 12, 31), SHUT_DOWN, "Iceberg tables"),
    ),
    Feature(
        "greengrass",
        "IoT Greengrass v1",
        Lifecycle(State.ENDED, date(2026, 10, 7), SUNSET, "Greengrass v2"),
    ),
    Feature(
        "cloudtrail",
        "CloudTrail Lake",
        Lifecycle(State.CLOSED, date(2026, 5, 31), MAINTENANCE, "CloudTrail to S3, with Athena"),
        types=("aws:cloudtrail/eventDataStore:EventDataStore", "AWS::CloudTrail::EventDataStore"),
    ),
)

"""SageMaker Studio's own images: their versions, and how apps run them.

https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-byoi.html
"""

from catalog.record import Call, Iam, Type, arn_of
from catalog.sagemaker import AUTHORIZATION, TAGS, named

READING = "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/sagemaker/image_version.go"
"""Terraform's provider reads a version's aliases as well."""
OF_VERSION = {"ImageName": "{imageName}", "Version": "{version}"}
CONTENT = ("horovod", "jobType", "mlFramework", "processor", "programmingLang", "releaseNotes")

TYPES = (
    named(
        "Image",
        "image",
        name="imageName",
        autonamed=False,
        update=("description", "displayName", "roleArn"),
        holds_no_data="it names images of containers, which are in a registry",
    ),
    Type(
        "aws:sagemaker/imageVersion:ImageVersion",
        "sagemaker",
        id=arn_of("sagemaker", "image-version/{imageName}/1"),  # the first; AWS tells the number
        create=Call("CreateImageVersion", outputs={"id": "ImageVersionArn"}),
        read=Call(
            "DescribeImageVersion",
            given=OF_VERSION,
            outputs={
                "arn": "ImageVersionArn",
                "containerImage": "ContainerImage",
                "imageArn": "ImageArn",
                "version": "Version",
            },
        ),
        update=(Call("UpdateImageVersion", takes=(*CONTENT, "vendorGuidance"), given=OF_VERSION),),
        delete=Call("DeleteImageVersion", given=OF_VERSION),
        failed="ImageVersionStatus == 'CREATE_FAILED' && FailureReason",
        ignored={"aliases": "nothing here is started by an alias"},
        cloudformation="AWS::SageMaker::ImageVersion",
        outputs={
            "arn": "{id}",
            "containerImage": "{baseImage}",
            "imageArn": arn_of("sagemaker", "image/{imageName}"),
            "version": 1,
        },
        holds_no_data="it names an image of containers, which is in a registry",
        iam=Iam(on="image/{name} image-version/{name}", read="ListAliases", source=READING),
    ),
    Type(
        "aws:sagemaker/appImageConfig:AppImageConfig",
        "sagemaker",
        id="{appImageConfigName}",
        name="appImageConfigName",
        autonamed=False,
        limit=63,
        create=Call(
            "CreateAppImageConfig", names={"jupyterLabImageConfig": "JupyterLabAppImageConfig"}
        ),
        read=Call(
            "DescribeAppImageConfig",
            given={"AppImageConfigName": "{id}"},
            outputs={"arn": "AppImageConfigArn"},
        ),
        update=(
            Call(
                "UpdateAppImageConfig",
                takes=(
                    "codeEditorAppImageConfig",
                    "jupyterLabImageConfig",
                    "kernelGatewayImageConfig",
                ),
                names={"jupyterLabImageConfig": "JupyterLabAppImageConfig"},
                given={"AppImageConfigName": "{id}"},
            ),
        ),
        delete=Call("DeleteAppImageConfig", given={"AppImageConfigName": "{id}"}),
        tags=TAGS,
        cloudformation="AWS::SageMaker::AppImageConfig",
        outputs={"arn": arn_of("sagemaker", "app-image-config/{appImageConfigName}")},
        holds_no_data="it says how an image is started",
        iam=Iam(on="app-image-config/{name}", read="ListTags", source=AUTHORIZATION),
    ),
)

"""What maslow knows of the AWS services that build what is deployed, keep it and deliver it.

The other services, and how to look one up, are in `catalog/services.py`.
"""

from catalog.service_record import ANYTHING, Endpoint, Principal, Service

PULLING = ("builds", "jobs", "serving")
"""What runs images of our own."""

DELIVERY_SERVICES: tuple[Service, ...] = (
    Service(
        "codeartifact",
        kms_via="codeartifact",
        keeps_grants=True,
        # https://docs.aws.amazon.com/codeartifact/latest/ug/vpc-endpoints.html
        endpoints=(
            # the token for the package registry, and the packages
            Endpoint("codeartifact.api", uses=("packages",), other_accounts=True),
            Endpoint("codeartifact.repositories", uses=("packages",), other_accounts=True),
        ),
        boundary=ANYTHING,
        encrypts=("artifacts",),
    ),
    Service(
        "codebuild",
        principals=(
            Principal("codebuild.amazonaws.com", roles_passed=True, sends_source_account=True),
        ),
        kms_via="codebuild",
        endpoints=(Endpoint("codebuild"),),
        boundary=ANYTHING,
        encrypts=("artifacts",),
    ),
    Service(
        "codecommit",
        endpoints=(Endpoint("codecommit"), Endpoint("git-codecommit")),
        boundary=ANYTHING,
    ),
    Service("codeconnections", cloudformation="CodeConnections", boundary=ANYTHING),
    Service(
        "codepipeline",
        # https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-service-role-cli.html
        principals=(
            Principal("codepipeline.amazonaws.com", roles_passed=True, sends_source_account=False),
        ),
        endpoints=(Endpoint("codepipeline"),),
        boundary=ANYTHING,
    ),
    # The former name of codeconnections: ARNs of older connections bear it, and IAM asks for it.
    Service("codestar-connections", boundary=ANYTHING),
    Service("codestar-notifications", boundary=ANYTHING),
    Service(
        "ecr",
        # https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-create-iam.html
        principals=(Principal("ecr.amazonaws.com", roles_passed=True, sends_source_account=False),),
        kms_via="ecr",
        keeps_grants=True,
        endpoints=(
            # the token for images, and what they are made of
            Endpoint("ecr.api", uses=PULLING, other_accounts=True),
            # manifests; the layers come from S3
            Endpoint("ecr.dkr", uses=PULLING, other_accounts=True),
        ),
        boundary=ANYTHING,
        encrypts=("artifacts",),
    ),
)

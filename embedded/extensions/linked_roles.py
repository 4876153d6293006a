"""Service-linked roles by the names that AWS gives them; moto knows three services' spelling.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""

from moto.iam.models import SERVICE_NAME_CONVERSION

SPELLED = {"config": "Config"}


def install() -> None:
    """Have moto spell the names."""
    SERVICE_NAME_CONVERSION.update(SPELLED)

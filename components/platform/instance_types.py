"""What an instance type decides about the encryption of its volumes."""

import re

_INSTANCE_TYPE = re.compile(r"ml\.(?P<family>[a-z0-9-]+)\.[a-z0-9-]+")
_LOCAL_STORAGE = re.compile(
    r"""
    [a-z]+\d+[a-z]*d[a-z]*   # the attribute d: c5d, g4dn, m6gd, p3dn, p4de
    | g[5-9].*               # GPU families since g5: g6e, g7
    | p[5-9].*               # p5en, p6-b200, p6e-gb200
    | trn\d.*                # Trainium
    | dl1                    # Gaudi
    """,
    re.VERBOSE,
)


def has_local_storage(instance_type: str) -> bool:
    """Whether `ml.<family>.<size>` keeps its data on NVMe disks of its own.

    The hardware encrypts these disks, and SageMaker refuses a volume key for such a type in
    training, processing and monitoring jobs and in endpoint configurations.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/InstanceStorage.html

    Raises ValueError for what is no SageMaker instance type.
    """
    named = _INSTANCE_TYPE.fullmatch(instance_type)
    if named is None:
        raise ValueError(f"{instance_type}: a SageMaker instance type reads ml.<family>.<size>")
    return _LOCAL_STORAGE.fullmatch(named["family"]) is not None

"""What the families of SageMaker's instance types can do, and cannot.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-types.html
https://docs.aws.amazon.com/sagemaker/latest/dg/neuron-overview.html
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """One family of instance types, such as `c6i` of `ml.c6i.large`."""

    accelerator: str = ""
    """What an image has to be built for, as people call it: `GPU`, `Inferentia`, `Trainium`,
    `Gaudi`. Empty where there is only a processor."""
    arm: bool = False
    """Whether its processor is Arm's (Graviton, Grace), which runs no image for x86-64."""
    burstable: bool = False
    """Application Auto Scaling registers no variant of such a type.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html
    """
    guardrails: bool = True
    """Whether updates of an endpoint go by deployment guardrails. Where they do not, all traffic
    moves at once, there is no bake, and no alarm rolls the update back.

    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
    """


PROCESSORS = (
    "c4 c5 c5d c5n c6i c6id c6in c7i c7i-flex c8i c8i-flex "
    "m4 m5 m5d m6i m6id m7i m7i-flex m8i m8i-flex r5 r5d r6i r6id r7i r8i r8i-flex"
)
ARM = "c6g c6gd c6gn c7g c8g m6g m6gd m8g r6g r6gd r7gd r8g"
GPUS = "g4dn g5 g6 g6e g7 g7e p2 p3 p3dn p4d p4de p5 p5e p5en p6-b200 p6-b300"

FAMILIES: dict[str, Family] = {
    **dict.fromkeys(PROCESSORS.split(), Family()),
    **dict.fromkeys(ARM.split(), Family(arm=True)),
    **dict.fromkeys(("t2", "t3"), Family(burstable=True)),
    **dict.fromkeys(GPUS.split(), Family("GPU")),
    "p6e-gb200": Family("GPU", arm=True),
    "dl1": Family("Gaudi"),
    "inf1": Family("Inferentia", guardrails=False),
    "inf2": Family("Inferentia"),
    **dict.fromkeys(("trn1", "trn1n", "trn2"), Family("Trainium")),
}

PREVIOUS = frozenset(["c4", "dl1", "inf1", "m4", "p2", "p3", "p3dn", "t2"])
"""Families that nobody is advised to begin with: AWS has, or sells, better ones of their kind.

https://aws.amazon.com/ec2/previous-generation/
"""
LETTERS = {"c": "compute", "m": "general", "r": "memory", "t": "general"}
NEURON = ("Inferentia", "Trainium")


def kind_of(family: str) -> str:
    """What a family is for, such as `GPU`, `Neuron` or `compute`. Raises KeyError for no family.

    Types of one kind stand in for one another.
    """
    accelerator = FAMILIES[family].accelerator
    return "Neuron" if accelerator in NEURON else accelerator or LETTERS[family[0]]


def family_of(instance_type: str) -> Family:
    """The family of `ml.<family>.<size>`. Raises KeyError for one that is not known."""
    return FAMILIES[instance_type.split(".")[1]]

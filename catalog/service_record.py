"""The words in which the catalog describes an AWS service.

Empty is "none", or "not known here": a field is filled in once its fact has a source.
"""

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.record import Conditions

PUBLISHING = ("kms:Decrypt", "kms:GenerateDataKey*")
"""What a service does with the key of a topic or a bucket that it publishes or writes to."""
ANYTHING = ("*",)
"""A `boundary` that leaves the service to the roles' own policies."""


@dataclass(frozen=True)
class KeyUse:
    """How a service uses an encryption key in its own name, rather than in a caller's."""

    classes: tuple[str, ...] = ()
    """Classes of the platform's data (values of `DataClass`) whose keys it uses so."""
    actions: tuple[str, ...] = PUBLISHING
    """The actions of KMS that it calls."""
    when: Conditions = field(default_factory=dict)
    """Conditions that hold for its calls on behalf of `{account}` in `{region}`; empty where it
    sends nothing to tell an account by."""


@dataclass(frozen=True)
class Principal:
    """A name under which a service acts by itself: in trust, key, topic and bucket policies."""

    name: str
    """Such as `states.amazonaws.com`; may hold `{region}`."""
    roles_passed: bool = False
    """Whether the platform has roles that the service assumes: a deployment may pass them to it."""
    sends_source_account: bool | None = None
    """Whether it sends `aws:SourceAccount` when it assumes a role; None where that is not known.

    False where AWS documents trust policies without any condition: it could never assume a role
    that requires the key.
    """
    key: KeyUse | None = None
    """How it uses encryption keys in its own name; None where it does not, or not here."""


@dataclass(frozen=True)
class Endpoint:
    """An interface endpoint that gives the service a private address in a VPC."""

    name: str
    """What follows the region in its name: `ecr.api` of `com.amazonaws.eu-west-1.ecr.api`."""
    uses: tuple[str, ...] = ()
    """What workloads do that needs it (values of `Use`); empty where only a stack file asks."""
    other_accounts: bool = False
    """Whether workloads rightly reach resources of other accounts through it."""


class State(enum.Enum):
    """What is left of a service or feature."""

    CLOSED = "closed to new customers"
    """Who uses it goes on; an account that never did cannot begin. Nothing new is added."""
    ENDS = "ends"
    """It works until its date."""
    ENDED = "ended"
    """It is gone, though its resource types may still be offered."""


@dataclass(frozen=True)
class Lifecycle:
    """That AWS retires something, with the page that says so."""

    state: State
    date: datetime.date
    """From when: closed, or ended. Of what ends, its last day."""
    source: str
    """AWS's page."""
    instead: str = ""
    """What AWS points to, where it does."""


@dataclass(frozen=True)
class Feature:
    """A part of a service that AWS retires while the service stays."""

    service: str
    """IAM's prefix of the service."""
    name: str
    lifecycle: Lifecycle
    types: tuple[str, ...] = ()
    """Resource types that are of no use without it, by Pulumi's token or CloudFormation's name."""


@dataclass(frozen=True)
class Service:
    """One AWS service, by the prefix of its actions in IAM."""

    prefix: str
    """IAM's prefix, such as `states`."""
    clients: tuple[str, ...] = ()
    """Names of its boto3 clients, the main one first; empty where the prefix is the name."""
    actions: Mapping[str, str] = field(default_factory=dict)
    """Operations that IAM allows by an action of another name."""
    cloudformation: str = ""
    """CloudFormation's name for it, `S3Tables` of `AWS::S3Tables::Table`. It is needed only to find
    the regions of a service whose regions botocore does not list."""
    principals: tuple[Principal, ...] = ()
    """The names under which it acts by itself."""
    kms_via: str = ""
    """The first label of what `kms:ViaService` holds when it uses a key for a caller.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#viaService_table
    """
    keeps_grants: bool = False
    """Whether it keeps a grant on the key for as long as what is encrypted with it exists, as ECR
    does for repositories. A grant outlives the call that makes it."""
    endpoints: tuple[Endpoint, ...] = ()
    """Its interface endpoints.

    https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
    """
    elsewhere: str = ""
    """Why its requests are not held to the environment's region: it has one endpoint for all
    regions, or is used in another one. Empty where it is used in the environment's region only."""
    lifecycle: Lifecycle | None = None
    """That AWS retires it; None where it does not."""
    boundary: tuple[str, ...] = ()
    """The most that any role of the platform may do with it: actions without the prefix, `*` for
    anything. Empty while the platform does not use it, and then no role may do anything."""
    encrypts: tuple[str, ...] = ()
    """Classes of the platform's data (values of `DataClass`) that identities of the account read
    and write through it, and whose keys they may therefore use through it."""

    def via(self, region: str) -> str:
        """What `kms:ViaService` holds in a region. Raises ValueError where KMS tells none."""
        if not self.kms_via:
            raise ValueError(f"{self.prefix}: its kms:ViaService is not in catalog/services.py")
        return f"{self.kms_via}.{region}.amazonaws.com"

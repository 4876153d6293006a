"""What an account has once, made by somebody else: it is used as it is, and stays theirs.

Accounts of an organization often have these before the first `up`. What the stack made itself is
none of it, and goes on being managed.
"""

from collections.abc import Callable
from typing import Any

from components.devops.ci.ci_subjects import AUDIENCE
from infra.errors import InputError
from infra.kept import Held

DETECTOR = "aws:guardduty/detector:Detector"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
MACIE = "aws:macie2/account:Account"
HUB = "aws:securityhub/account:Account"
PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
RECORDER = "aws:cfg/recorder:Recorder"
TRAIL = "aws:cloudtrail/trail:Trail"

CALLED = {
    DETECTOR: "a GuardDuty detector",
    HUB: "a Security Hub",
    MACIE: "a session of Macie",
    PROVIDER: "an identity provider for CI",
    RECORDER: "a recorder of AWS Config",
    TRAIL: "a trail of all regions",
}
"""What a reader is told of, by type."""

Client = Callable[[str], Any]
Found = Callable[[str, str, str], str]
"""From a type, the logical name that the stack gives its own, and what it is about (an identity
provider's issuer, a log group's name) to what the account has of somebody else's; empty where it
has none."""


def nothing(_type: str, _name: str, _about: str) -> str:
    """The account has nothing yet, or nobody looks."""
    return ""


def found_in_account(client: Client, held: Held) -> Found:
    """Ask AWS. The look-up raises InputError for what is there and no good, and ClientError."""

    def found(type_: str, name: str, about: str) -> str:
        return "" if (type_, name) in held() else FINDERS[type_](client, about)

    return found


def _detector(client: Client, _: str) -> str:
    """Id of the region's detector.

    https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ListDetectors.html
    """
    guardduty = client("guardduty")
    for id_ in guardduty.list_detectors()["DetectorIds"]:
        if guardduty.get_detector(DetectorId=id_)["Status"] != "ENABLED":
            raise InputError(
                f"audit.guardduty: the account has the detector {id_}, which is suspended and "
                "finds nothing. Have its owner enable it, or leave audit.guardduty out"
            )
        return str(id_)
    return ""


def _hub(client: Client, _: str) -> str:
    """ARN of the region's hub.

    https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeHub.html
    """
    securityhub = client("securityhub")
    try:
        return str(securityhub.describe_hub()["HubArn"])
    except securityhub.exceptions.InvalidAccessException:  # what it says of none
        return ""


def _recorder(client: Client, _: str) -> str:
    """Name of the region's recorder, beside those that belong to a service.

    https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationRecorders.html
    """
    config = client("config")
    for recorder in config.describe_configuration_recorders()["ConfigurationRecorders"]:
        if recorder.get("servicePrincipal"):
            continue
        name = str(recorder["name"])
        states = config.describe_configuration_recorder_status(ConfigurationRecorderNames=[name])
        if not all(state["recording"] for state in states["ConfigurationRecordersStatus"]):
            raise InputError(
                f"audit.config_rules: the account has the recorder {name}, which does not record. "
                "Have its owner start it, or leave audit.config_rules out"
            )
        return name
    return ""


def _session(client: Client, _: str) -> str:
    """The role of the region's session of Macie.

    https://docs.aws.amazon.com/macie/latest/APIReference/macie.html
    """
    macie = client("macie2")
    try:
        session = macie.get_macie_session()
    except (macie.exceptions.AccessDeniedException, macie.exceptions.ResourceNotFoundException):
        return ""  # so AWS answers where Macie is off
    if session["status"] != "ENABLED":
        raise InputError(
            "audit.macie: the account has a session of Macie that is paused and finds nothing. "
            "Have its owner resume it, or leave audit.macie out"
        )
    return str(session["serviceRole"])


def _provider(client: Client, issuer: str) -> str:
    """ARN of the account's identity provider for an issuer.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviders.html
    """
    iam = client("iam")
    address = issuer.removeprefix("https://").rstrip("/")
    for provider in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        arn = str(provider["Arn"])
        if arn.partition(":oidc-provider/")[2] != address:
            continue
        known = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        if AUDIENCE not in known["ClientIDList"]:
            raise InputError(
                f"ci: the account has the identity provider {arn}, which takes no tokens for "
                f"{AUDIENCE}. Have its owner add that client id: aws iam "
                f"add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {arn} "
                f"--client-id {AUDIENCE}"
            )
        return arn
    return ""


def _trail(client: Client, _: str) -> str:
    """ARN of a trail that records every management event of all regions.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
    """
    cloudtrail = client("cloudtrail")
    for trail in cloudtrail.describe_trails(includeShadowTrails=True)["trailList"]:
        if trail["IsMultiRegionTrail"] and _records_everything(cloudtrail, trail["TrailARN"]):
            return str(trail["TrailARN"])
    return ""


def _records_everything(cloudtrail: Any, arn: str) -> bool:
    if not cloudtrail.get_trail_status(Name=arn)["IsLogging"]:
        return False
    selectors = cloudtrail.get_event_selectors(TrailName=arn)
    whole = {(("eventCategory", ("Management",)),)}
    advanced = {
        tuple((field["Field"], tuple(field.get("Equals", ()))) for field in one["FieldSelectors"])
        for one in selectors.get("AdvancedEventSelectors", [])
    }
    return bool(whole & advanced) or any(
        one["IncludeManagementEvents"]
        and one["ReadWriteType"] == "All"
        and not one.get("ExcludeManagementEventSources")
        for one in selectors.get("EventSelectors", [])
    )


def _log_group(client: Client, name: str) -> str:
    """Name of a log group, which a service made when it first wrote to it.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
    """
    groups = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return name if any(group["logGroupName"] == name for group in groups) else ""


FINDERS: dict[str, Callable[[Client, str], str]] = {
    DETECTOR: _detector,
    HUB: _hub,
    LOG_GROUP: _log_group,
    MACIE: _session,
    PROVIDER: _provider,
    RECORDER: _recorder,
    TRAIL: _trail,
}

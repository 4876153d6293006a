"""The functions of pulumi-aws that look something up, answered from the embedded AWS."""

from collections.abc import Callable
from typing import Any

from catalog import UnknownType
from catalog.functions import IMAGE_ACCOUNT

Client = Callable[[str], Any]
Values = dict[str, Any]
Function = Callable[[Client, str, Values], Values]
"""Clients by service, the region and the arguments, to the result."""


class UnknownFunction(UnknownType):
    """A function that the embedded AWS has no answer for."""

    def __init__(self, token: str) -> None:
        LookupError.__init__(
            self, f"{token}: the embedded AWS has no answer for it: it belongs into {__name__}"
        )
        self.token = token


def caller_identity(client: Client, _region: str, _args: Values) -> Values:
    """aws:index/getCallerIdentity."""
    answer = client("sts").get_caller_identity()
    account = answer["Account"]
    return {"id": account, "accountId": account, "arn": answer["Arn"], "userId": answer["UserId"]}


def region(_client: Client, name: str, _args: Values) -> Values:
    """aws:index/getRegion."""
    return {
        "id": name,
        "name": name,
        "region": name,
        "description": name,
        "endpoint": f"ec2.{name}.amazonaws.com",
    }


def partition(_client: Client, _region: str, _args: Values) -> Values:
    """aws:index/getPartition: the embedded AWS is the commercial one."""
    return {
        "id": "aws",
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    }


def availability_zones(client: Client, name: str, args: Values) -> Values:
    """aws:index/getAvailabilityZones, sorted by name as pulumi-aws does."""
    filters = [{"Name": each["name"], "Values": each["values"]} for each in args.get("filters", [])]
    if args.get("state"):
        filters.append({"Name": "state", "Values": [args["state"]]})
    zones = client("ec2").describe_availability_zones(Filters=filters)["AvailabilityZones"]
    left_out = {*args.get("excludeNames", []), *args.get("excludeZoneIds", [])}
    kept = sorted(
        (zone["ZoneName"], zone["ZoneId"])
        for zone in zones
        if not left_out & {zone["ZoneName"], zone["ZoneId"]}
    )
    return {
        "id": name,
        "names": [zone for zone, _ in kept],
        "zoneIds": [zone for _, zone in kept],
        "groupNames": sorted({zone.get("GroupName", name) for zone in zones}),
        **args,
    }


def endpoint_service(client: Client, _name: str, args: Values) -> Values:
    """aws:ec2/getVpcEndpointService, by its name. Raises ClientError where there is none."""
    wanted = args.get("serviceType", "Interface")
    found = client("ec2").describe_vpc_endpoint_services(ServiceNames=[args["serviceName"]])
    (service,) = [
        each
        for each in found["ServiceDetails"]
        if wanted in {kind["ServiceType"] for kind in each["ServiceType"]}
    ]
    return {
        **args,
        "id": service["ServiceId"],
        "serviceId": service["ServiceId"],
        "availabilityZones": sorted(service["AvailabilityZones"]),
    }


def vpc(client: Client, name: str, args: Values) -> Values:
    """aws:ec2/getVpc, by its id. Raises ClientError where there is none."""
    (found,) = client("ec2").describe_vpcs(VpcIds=[args["id"]])["Vpcs"]
    return {
        **args,
        "arn": f"arn:aws:ec2:{name}:{found['OwnerId']}:vpc/{args['id']}",
        "cidrBlock": found["CidrBlock"],
        "ownerId": found["OwnerId"],
    }


def prefix_list(client: Client, _name: str, args: Values) -> Values:
    """aws:ec2/getPrefixList, by its name."""
    filters = [{"Name": "prefix-list-name", "Values": [args["name"]]}]
    (found,) = client("ec2").describe_managed_prefix_lists(Filters=filters)["PrefixLists"]
    return {**args, "id": found["PrefixListId"], "cidrBlocks": []}


def cluster(client: Client, _name: str, args: Values) -> Values:
    """aws:eks/getCluster, by its name. Raises ClientError where there is none."""
    found = client("eks").describe_cluster(name=args["name"])["cluster"]
    return {
        **args,
        "id": found["name"],
        "arn": found["arn"],
        "endpoint": found["endpoint"],
        "certificateAuthorities": [{"data": found["certificateAuthority"]["data"]}],
    }


def prebuilt_image(_client: Client, name: str, args: Values) -> Values:
    """aws:sagemaker/getPrebuiltEcrImage, of IMAGE_ACCOUNT: the embedded AWS pulls no image."""
    where = args.get("region") or name
    suffix = args.get("dnsSuffix") or "amazonaws.com"
    registry = f"{IMAGE_ACCOUNT}.dkr.ecr.{where}.{suffix}"
    tag = args.get("imageTag") or "latest"
    path = f"{registry}/{args['repositoryName']}:{tag}"
    return {**args, "id": IMAGE_ACCOUNT, "registryId": IMAGE_ACCOUNT, "registryPath": path}


FUNCTIONS: dict[str, Function] = {
    "aws:index/getCallerIdentity:getCallerIdentity": caller_identity,
    "aws:index/getRegion:getRegion": region,
    "aws:index/getPartition:getPartition": partition,
    "aws:index/getAvailabilityZones:getAvailabilityZones": availability_zones,
    "aws:ec2/getVpc:getVpc": vpc,
    "aws:ec2/getVpcEndpointService:getVpcEndpointService": endpoint_service,
    "aws:ec2/getPrefixList:getPrefixList": prefix_list,
    "aws:eks/getCluster:getCluster": cluster,
    "aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage": prebuilt_image,
}


def function_of(token: str) -> Function:
    """The function of a token. Raises UnknownFunction."""
    try:
        return FUNCTIONS[token]
    except KeyError:
        raise UnknownFunction(token) from None

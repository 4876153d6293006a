"""EMR Studios and who is let in by a session policy: checked and kept; there is no notebook.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-studio-create-studio.html
https://docs.aws.amazon.com/emr/latest/APIReference/API_CreateStudio.html
"""

import json
import secrets
import string
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends
from moto.emr.exceptions import InvalidRequestException
from moto.emr.responses import ElasticMapReduceResponse

from embedded import clock
from embedded.extensions.operations import add, kept, paged

MOST_SUBNETS = 5
CHANGED = ("Name", "Description", "SubnetIds", "DefaultS3Location", "EncryptionKeyArn")
SUMMARY = ("StudioId", "Name", "VpcId", "Description", "Url", "AuthMode", "CreationTime")
ID_LETTERS, ID_LENGTH = string.ascii_uppercase + string.digits, 25
_tagged_by_moto = ElasticMapReduceResponse.add_tags  # both are replaced below
_untagged_by_moto = ElasticMapReduceResponse.remove_tags

Studio = dict[str, Any]


def install() -> None:
    """Add the operations to moto's EMR."""
    add(
        ElasticMapReduceResponse,
        create_studio,
        describe_studio,
        update_studio,
        list_studios,
        delete_studio,
        create_studio_session_mapping,
        get_studio_session_mapping,
        update_studio_session_mapping,
        list_studio_session_mappings,
        delete_studio_session_mapping,
        add_tags,
        remove_tags,
    )


def create_studio(self: ElasticMapReduceResponse) -> ActionResult:
    """CreateStudio, in a network that is there."""
    asked = json.loads(self.body)
    _check(self, asked)
    id_ = "es-" + "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))
    studio = {
        **asked,
        "StudioId": id_,
        "StudioArn": f"arn:aws:elasticmapreduce:{self.region}:{self.current_account}:studio/{id_}",
        "Url": f"https://{id_}.emrstudio-prod.{self.region}.amazonaws.com",
        "CreationTime": clock.utcnow(),
        "Tags": asked.get("Tags", []),
    }
    _studios(self)[id_] = studio
    return ActionResult({"StudioId": id_, "Url": studio["Url"]})


def describe_studio(self: ElasticMapReduceResponse) -> ActionResult:
    """DescribeStudio."""
    return ActionResult({"Studio": _studio(self)})


def update_studio(self: ElasticMapReduceResponse) -> EmptyResult:
    """UpdateStudio, which takes no subnet away.

    https://docs.aws.amazon.com/emr/latest/APIReference/API_UpdateStudio.html
    """
    asked, studio = json.loads(self.body), _studio(self)
    if missing := set(studio["SubnetIds"]) - set(asked.get("SubnetIds", studio["SubnetIds"])):
        raise InvalidRequestException(f"SubnetIds lack {', '.join(sorted(missing))}.")
    changed = {**studio, **{name: asked[name] for name in CHANGED if name in asked}}
    _check(self, changed)
    studio.update(changed)
    return EmptyResult()


def list_studios(self: ElasticMapReduceResponse) -> ActionResult:
    """ListStudios."""
    known = [
        {name: studio[name] for name in SUMMARY if name in studio}
        for studio in _studios(self).values()
    ]
    return paged(self, "Studios", known, "StudioId", after="Marker")


def delete_studio(self: ElasticMapReduceResponse) -> EmptyResult:
    """DeleteStudio, and with it who is let in."""
    del _studios(self)[_studio(self)["StudioId"]]
    return EmptyResult()


def create_studio_session_mapping(self: ElasticMapReduceResponse) -> EmptyResult:
    """CreateStudioSessionMapping, for a studio of IAM Identity Center.

    https://docs.aws.amazon.com/emr/latest/APIReference/API_CreateStudioSessionMapping.html
    """
    asked, studio = json.loads(self.body), _studio(self)
    if studio["AuthMode"] != "SSO":
        raise InvalidRequestException("Session mappings are of studios with the AuthMode SSO.")
    key = _identity(asked)
    if key in _mappings(studio):
        raise InvalidRequestException(f"The {key[0]} {key[1]} is mapped already.")
    now = clock.utcnow()
    _mappings(studio)[key] = {**asked, "CreationTime": now, "LastModifiedTime": now}
    return EmptyResult()


def get_studio_session_mapping(self: ElasticMapReduceResponse) -> ActionResult:
    """GetStudioSessionMapping."""
    return ActionResult({"SessionMapping": _mapping(self)[1]})


def update_studio_session_mapping(self: ElasticMapReduceResponse) -> EmptyResult:
    """UpdateStudioSessionMapping: another policy."""
    _, mapping = _mapping(self)
    mapping["SessionPolicyArn"] = json.loads(self.body)["SessionPolicyArn"]
    mapping["LastModifiedTime"] = clock.utcnow()
    return EmptyResult()


def list_studio_session_mappings(self: ElasticMapReduceResponse) -> ActionResult:
    """ListStudioSessionMappings, of one studio or of all."""
    asked = json.loads(self.body)
    studios = [_studio(self)] if "StudioId" in asked else _studios(self).values()
    found = [
        {**mapping, "Key": f"{mapping['StudioId']}:{'/'.join(key)}"}
        for studio in studios
        for key, mapping in _mappings(studio).items()
        if asked.get("IdentityType", key[0]) == key[0]
    ]
    return paged(self, "SessionMappings", found, "Key", after="Marker")


def delete_studio_session_mapping(self: ElasticMapReduceResponse) -> EmptyResult:
    """DeleteStudioSessionMapping."""
    key, _ = _mapping(self)
    del _mappings(_studio(self))[key]
    return EmptyResult()


def add_tags(self: ElasticMapReduceResponse) -> ActionResult:
    """AddTags, to clusters and studios."""
    asked = json.loads(self.body)
    studio = _studios(self).get(asked["ResourceId"])
    if studio is None:
        return _tagged_by_moto(self)
    tags = {tag["Key"]: tag for tag in [*studio["Tags"], *asked["Tags"]]}
    studio["Tags"] = [*tags.values()]
    return ActionResult({})


def remove_tags(self: ElasticMapReduceResponse) -> ActionResult:
    """RemoveTags, of clusters and studios."""
    asked = json.loads(self.body)
    studio = _studios(self).get(asked["ResourceId"])
    if studio is None:
        return _untagged_by_moto(self)
    studio["Tags"] = [tag for tag in studio["Tags"] if tag["Key"] not in asked["TagKeys"]]
    return ActionResult({})


def _studios(self: ElasticMapReduceResponse) -> dict[str, Studio]:
    return kept(self.backend, "studios")


def _studio(self: ElasticMapReduceResponse) -> Studio:
    id_ = json.loads(self.body)["StudioId"]
    if id_ not in _studios(self):
        raise InvalidRequestException(f"Studio {id_} does not exist.")
    return _studios(self)[id_]


def _mappings(studio: Studio) -> dict[tuple[str, str], dict[str, Any]]:
    mappings: dict[tuple[str, str], dict[str, Any]] = studio.setdefault("_mappings", {})
    return mappings


def _mapping(self: ElasticMapReduceResponse) -> tuple[tuple[str, str], dict[str, Any]]:
    asked = json.loads(self.body)
    key = _identity(asked)
    found = _mappings(_studio(self)).get(key)
    if found is None:
        raise InvalidRequestException("Studio session mapping does not exist.")
    return key, found


def _identity(asked: Mapping[str, Any]) -> tuple[str, str]:
    named = [asked[name] for name in ("IdentityId", "IdentityName") if asked.get(name)]
    if len(named) != 1:
        raise InvalidRequestException("Give IdentityId or IdentityName, and one of them alone.")
    return asked["IdentityType"], named[0]


def _check(self: ElasticMapReduceResponse, asked: Mapping[str, Any]) -> None:
    for mistake in _mistakes(self, asked):
        raise InvalidRequestException(f"{mistake}.")


def _mistakes(self: ElasticMapReduceResponse, asked: Mapping[str, Any]) -> Iterator[str]:
    ec2 = ec2_backends[self.current_account][self.region]
    vpc = asked["VpcId"]
    if vpc not in ec2.vpcs:
        yield f"There is no VPC {vpc}"
    if not 1 <= len(asked["SubnetIds"]) <= MOST_SUBNETS:
        yield f"A studio has 1 to {MOST_SUBNETS} subnets"
    of_vpc = {subnet.id for subnet in ec2.describe_subnets() if subnet.vpc_id == vpc}
    if strangers := set(asked["SubnetIds"]) - of_vpc:
        yield f"{', '.join(sorted(strangers))} is no subnet of {vpc}"
    groups = {asked["WorkspaceSecurityGroupId"], asked["EngineSecurityGroupId"]}
    if len(groups) == 1:
        yield "A studio has two security groups, one for workspaces and one for engines"
    if strangers := groups - ec2.groups[vpc].keys():
        yield f"{', '.join(sorted(strangers))} is no security group of {vpc}"
    if not asked["DefaultS3Location"].startswith("s3://"):
        yield "DefaultS3Location is no place in S3"
    if (asked["AuthMode"] == "SSO") != bool(asked.get("UserRole")):
        yield "UserRole is for the AuthMode SSO, which needs it"

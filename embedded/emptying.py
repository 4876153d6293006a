"""What has to go before AWS deletes a resource, as the provider does."""

from collections.abc import Callable, Mapping
from typing import Any

from catalog.record import Values


def detach_policies(client: Any, state: Values) -> None:
    """Take the policies off a role that declares them itself, or is to be forced."""
    role, forced = state["id"], state.get("forceDetachPolicies")
    try:
        if forced or state.get("inlinePolicies"):
            for name in client.list_role_policies(RoleName=role)["PolicyNames"]:
                client.delete_role_policy(RoleName=role, PolicyName=name)
        if forced or state.get("managedPolicyArns"):
            for policy in client.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
                client.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    except client.exceptions.NoSuchEntityException:
        return


def delete_policy_versions(client: Any, state: Values) -> None:
    """Delete what the policy said before: IAM deletes no policy that has other versions."""
    try:
        for version in client.list_policy_versions(PolicyArn=state["id"])["Versions"]:
            if not version["IsDefaultVersion"]:
                client.delete_policy_version(PolicyArn=state["id"], VersionId=version["VersionId"])
    except client.exceptions.NoSuchEntityException:
        return


def delete_objects(client: Any, state: Values) -> None:
    """Delete every version of every object, as `forceDestroy` asks."""
    if not state.get("forceDestroy"):
        return
    try:
        for page in client.get_paginator("list_object_versions").paginate(Bucket=state["id"]):
            for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                client.delete_object(
                    Bucket=state["id"], Key=item["Key"], VersionId=item["VersionId"]
                )
    except client.exceptions.NoSuchBucket:
        return


def delete_tables(client: Any, state: Values) -> None:
    """Delete every table and namespace of a table bucket, as `forceDestroy` asks."""
    if not state.get("forceDestroy"):
        return
    bucket = {"tableBucketARN": state["id"]}
    try:
        pages = list(client.get_paginator("list_tables").paginate(**bucket))
        for table in (each for page in pages for each in page["tables"]):
            client.delete_table(**bucket, namespace=table["namespace"][0], name=table["name"])
        pages = list(client.get_paginator("list_namespaces").paginate(**bucket))
        for each in (each for page in pages for each in page["namespaces"]):
            client.delete_namespace(**bucket, namespace=each["namespace"][0])
    except client.exceptions.NotFoundException:
        return


EMPTIED: Mapping[str, Callable[[Any, Values], None]] = {
    "aws:iam/policy:Policy": delete_policy_versions,
    "aws:iam/role:Role": detach_policies,
    "aws:s3/bucket:Bucket": delete_objects,
    "aws:s3tables/tableBucket:TableBucket": delete_tables,
}
"""By a type's token, what is called with the client and the state before the deletion."""

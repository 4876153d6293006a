"""Clusters of EKS: who comes in, which roles its pods have, and its add-ons.

https://docs.aws.amazon.com/eks/latest/APIReference/
"""

from catalog.record import HERE, Call, Grant, Iam, Tags, Type, arn_of, linked_role

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html"
"""Which actions there are, and on what."""
CREATING = "https://docs.aws.amazon.com/eks/latest/userguide/create-cluster-auto.html"
CLUSTER, ENTRY = "cluster/{name}", "access-entry/{name}/*"
ASSOCIATION, ADDON = "podidentityassociation/{name}/*", "addon/{name}/*"
BY_NAME = {"name": "{id}"}
OF_PRINCIPAL = {"clusterName": "{clusterName}", "principalArn": "{principalArn}"}
OF_ASSOCIATION = {"clusterName": "{clusterName}", "associationId": "{id}"}
OF_ADDON = {"clusterName": "{clusterName}", "addonName": "{addonName}"}


def _tags(arn: str) -> Tags:
    return Tags(
        Call("TagResource", given={"resourceArn": arn}),
        Call("UntagResource", given={"resourceArn": arn, "tagKeys": "{removed}"}),
    )


def _update(*takes: str, **names: str) -> Call:
    """One kind of update: EKS takes no two of them in a request."""
    return Call("UpdateClusterConfig", takes=takes, names=names, given=BY_NAME)


TYPES = (
    Type(
        "aws:eks/cluster:Cluster",
        "eks",
        id="{name}",
        name="name",
        limit=100,
        create=Call(
            "CreateCluster",
            names={
                "vpcConfig": "resourcesVpcConfig",
                "endpointAccess": "resourcesVpcConfig",
                "egressMode": "resourcesVpcConfig.controlPlaneEgressMode",
                "authenticationMode": "accessConfig.authenticationMode",
                "elasticLoadBalancing": "kubernetesNetworkConfig.elasticLoadBalancing",
                "enabledClusterLogTypes": "logging.clusterLogging",
            },
        ),
        read=Call(
            "DescribeCluster",
            given=BY_NAME,
            at="cluster",
            outputs={
                "arn": "arn",
                "certificateAuthority": "certificateAuthority.{data: data}",
                "createdAt": "createdAt",
                "endpoint": "endpoint",
                "identities": "[{oidcs: [{issuer: identity.oidc.issuer}]}]",
                "platformVersion": "platformVersion",
                "status": "status",
                "version": "version",
                "vpcConfig.clusterSecurityGroupId": "resourcesVpcConfig.clusterSecurityGroupId",
                "vpcConfig.vpcId": "resourcesVpcConfig.vpcId",
            },
        ),
        update=(
            Call(
                "UpdateClusterVersion",
                takes=("version",),
                given={**BY_NAME, "force": "{forceUpdateVersion}"},
            ),
            _update(
                *("computeConfig", "elasticLoadBalancing", "storageConfig"),
                elasticLoadBalancing="kubernetesNetworkConfig.elasticLoadBalancing",
            ),
            _update("authenticationMode", authenticationMode="accessConfig.authenticationMode"),
            _update("endpointAccess", endpointAccess="resourcesVpcConfig"),
            _update("egressMode", egressMode="resourcesVpcConfig.controlPlaneEgressMode"),
            _update("vpcConfig", vpcConfig="resourcesVpcConfig"),
            _update("enabledClusterLogTypes", enabledClusterLogTypes="logging.clusterLogging"),
            _update("upgradePolicy"),
            _update("zonalShiftConfig"),
            _update("remoteNetworkConfig"),
            _update("controlPlaneScalingConfig"),
            _update("kubeApiServerConfig", "kubeControllerManagerConfig", "kubeSchedulerConfig"),
            _update("deletionProtection"),
        ),
        delete=Call("DeleteCluster", given=BY_NAME),
        tags=_tags(arn_of("eks", "cluster/{id}")),
        ignored={
            "forceUpdateVersion": "read when the version is changed",
            "defaultAddonsToRemoves": "the provider itself removes them from a new cluster",
        },
        cloudformation="AWS::EKS::Cluster",
        outputs={
            "arn": arn_of("eks", "cluster/{name}"),
            "certificateAuthority": {"data": "Q0VSVElGSUNBVEU="},
            "endpoint": "https://{hex}.gr7.{region}.eks.amazonaws.com",
            "identities": [
                {"oidcs": [{"issuer": "https://oidc.eks.{region}.amazonaws.com/id/{hex}"}]}
            ],
            "platformVersion": "eks.1",
            "status": "ACTIVE",
            "vpcConfig.clusterSecurityGroupId": "sg-{hex}",
            "vpcConfig.vpcId": "vpc-{hex}",
        },
        log_groups=("/aws/eks/{name}/cluster",),
        holds_data="the objects of Kubernetes, and what its volumes hold",
        iam=Iam(
            on=CLUSTER,
            create="TagResource",
            read="DescribeUpdate ListTagsForResource",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "eks",
                    create="CreateCluster",
                    reason="IAM offers no resource for the creation of a cluster",
                    source=AUTHORIZATION,
                ),
                # whose entry it makes for who creates a cluster, and for the nodes of Auto Mode
                Grant("eks", CLUSTER, create="CreateAccessEntry", source=AUTHORIZATION),
                linked_role("eks.amazonaws.com"),
                Grant(
                    "iam",
                    "arn:aws:iam::{account}:role/{name}",
                    create="GetRole ListAttachedRolePolicies",
                    update="GetRole ListAttachedRolePolicies",
                    source=CREATING,
                ),
                # Auto Mode makes a profile of the nodes' role in the caller's name.
                Grant(
                    "iam",
                    "arn:aws:iam::{account}:instance-profile/eks-*",
                    create="AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile "
                    "GetInstanceProfile RemoveRoleFromInstanceProfile TagInstanceProfile",
                    source=CREATING,
                ),
                Grant(
                    "ec2",
                    create="DescribeSecurityGroups DescribeSubnets DescribeVpcs",
                    update="DescribeSecurityGroups DescribeSubnets DescribeVpcs",
                    when=HERE,
                    reason="EC2 offers no resource to narrow a listing to",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
    Type(
        "aws:eks/accessEntry:AccessEntry",
        "eks",
        id="{clusterName}:{principalArn}",
        create=Call("CreateAccessEntry"),
        read=Call(
            "DescribeAccessEntry",
            given=OF_PRINCIPAL,
            at="accessEntry",
            outputs={
                "accessEntryArn": "accessEntryArn",
                "createdAt": "createdAt",
                "modifiedAt": "modifiedAt",
            },
        ),
        update=(
            Call("UpdateAccessEntry", takes=("kubernetesGroups", "userName"), given=OF_PRINCIPAL),
        ),
        delete=Call("DeleteAccessEntry", given=OF_PRINCIPAL),
        tags=_tags("{accessEntryArn}"),
        cloudformation="AWS::EKS::AccessEntry",
        outputs={
            "accessEntryArn": arn_of("eks", "access-entry/{clusterName}/role/{account}/{uuid}"),
        },
        holds_no_data="it says who comes into a cluster",
        iam=Iam(
            on=f"{CLUSTER} {ENTRY}",
            create="TagResource",
            read="ListTagsForResource",
            source=AUTHORIZATION,
        ),
    ),
    Type(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "eks",
        id="{clusterName}#{principalArn}#{policyArn}",
        create=Call("AssociateAccessPolicy"),
        read=Call(
            "ListAssociatedAccessPolicies",
            given=OF_PRINCIPAL,
            at="associatedAccessPolicies[?policyArn=='{policyArn}'] | [0]",
            outputs={"associatedAt": "associatedAt", "modifiedAt": "modifiedAt"},
        ),
        # An association anew changes its scope.
        update=(
            Call(
                "AssociateAccessPolicy",
                takes=("accessScope",),
                given={**OF_PRINCIPAL, "policyArn": "{policyArn}"},
            ),
        ),
        delete=Call("DisassociateAccessPolicy", given={**OF_PRINCIPAL, "policyArn": "{policyArn}"}),
        holds_no_data="it says what one may do who comes into a cluster",
        iam=Iam(on=f"{CLUSTER} {ENTRY}", source=AUTHORIZATION),
    ),
    Type(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "eks",
        id="a-{hex}",
        create=Call(
            "CreatePodIdentityAssociation",
            outputs={
                "id": "association.associationId",
                "associationId": "association.associationId",
            },
        ),
        read=Call(
            "DescribePodIdentityAssociation",
            given=OF_ASSOCIATION,
            at="association",
            outputs={
                "associationArn": "associationArn",
                "associationId": "associationId",
                "externalId": "externalId",
            },
        ),
        update=(
            Call(
                "UpdatePodIdentityAssociation",
                takes=("disableSessionTags", "policy", "roleArn", "targetRoleArn"),
                given=OF_ASSOCIATION,
            ),
        ),
        delete=Call("DeletePodIdentityAssociation", given=OF_ASSOCIATION),
        tags=_tags("{associationArn}"),
        cloudformation="AWS::EKS::PodIdentityAssociation",
        outputs={
            "associationArn": arn_of("eks", "podidentityassociation/{clusterName}/{id}"),
            "associationId": "{id}",
        },
        holds_no_data="it says which role the pods of a service account have",
        iam=Iam(
            on=f"{CLUSTER} {ASSOCIATION}",
            create="TagResource",
            read="ListTagsForResource",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "iam",
                    "arn:aws:iam::{account}:role/{name}",
                    create="GetRole",
                    update="GetRole",
                ),
            ),
        ),
    ),
    Type(
        "aws:eks/addon:Addon",
        "eks",
        id="{clusterName}:{addonName}",
        create=Call("CreateAddon", names={"resolveConflictsOnCreate": "resolveConflicts"}),
        read=Call(
            "DescribeAddon",
            given=OF_ADDON,
            at="addon",
            outputs={
                "arn": "addonArn",
                "createdAt": "createdAt",
                "modifiedAt": "modifiedAt",
            },
        ),
        update=(
            Call(
                "UpdateAddon",
                takes=(
                    *("addonVersion", "configurationValues", "podIdentityAssociations"),
                    "serviceAccountRoleArn",
                ),
                given={**OF_ADDON, "resolveConflicts": "{resolveConflictsOnUpdate}"},
            ),
        ),
        delete=Call("DeleteAddon", given={**OF_ADDON, "preserve": "{preserve}"}),
        tags=_tags("{arn}"),
        ignored={
            "preserve": "read when the add-on is deleted",
            "resolveConflictsOnUpdate": "read when the add-on is changed",
        },
        cloudformation="AWS::EKS::Addon",
        outputs={"arn": arn_of("eks", "addon/{clusterName}/{addonName}/{uuid}")},
        holds_no_data="it is software of AWS's, with the settings of the program",
        iam=Iam(
            on=f"{CLUSTER} {ADDON}",
            create="TagResource",
            read="DescribeUpdate ListTagsForResource",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "eks",
                    f"{CLUSTER} {ASSOCIATION}",
                    create="CreatePodIdentityAssociation",
                    update="CreatePodIdentityAssociation DeletePodIdentityAssociation "
                    "UpdatePodIdentityAssociation",
                    delete="DeletePodIdentityAssociation",
                ),
                Grant(
                    "iam",
                    "arn:aws:iam::{account}:role/{name}",
                    create="GetRole",
                    update="GetRole",
                ),
            ),
        ),
    ),
)

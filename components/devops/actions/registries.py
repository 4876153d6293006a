"""Registries of images and packages.

Settings of the account's one registry have no ARN.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodeartifact.html
"""

from components.devops.actions.grant import Grant, Table, linked_role, listed

REPOSITORY = "repository/{name}"
OF_THE_REGISTRY = "the account's registry has no ARN"

TABLE: Table = {
    "aws:codeartifact/domain:Domain": (
        Grant(
            "codeartifact",
            create="CreateDomain",
            reason="AWS offers no resource to narrow a new domain to",
        ),
        Grant(
            "codeartifact",
            "domain/{name}",
            read="DescribeDomain ListTagsForResource",
            update="TagResource UntagResource",
            delete="DeleteDomain",
        ),
    ),
    "aws:codeartifact/domainPermissions:DomainPermissions": (
        Grant(
            "codeartifact",
            "domain/{name}",
            create="PutDomainPermissionsPolicy",
            read="GetDomainPermissionsPolicy",
            delete="DeleteDomainPermissionsPolicy",
        ),
    ),
    "aws:codeartifact/repository:Repository": (
        Grant(
            "codeartifact",
            create="CreateRepository",
            reason="AWS offers no resource to narrow a new repository to",
        ),
        Grant(
            "codeartifact",
            REPOSITORY,
            create="AssociateExternalConnection AssociateWithDownstreamRepository",
            read="DescribeRepository ListTagsForResource",
            update="UpdateRepository DisassociateExternalConnection TagResource UntagResource",
            delete="DeleteRepository",
        ),
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": (
        Grant(
            "ecr",
            REPOSITORY,
            create="PutLifecyclePolicy",
            read="GetLifecyclePolicy",
            delete="DeleteLifecyclePolicy",
        ),
    ),
    "aws:ecr/repository:Repository": (
        Grant(
            "ecr",
            REPOSITORY,
            create="CreateRepository",
            read="DescribeRepositories ListTagsForResource",
            update="PutImageScanningConfiguration PutImageTagMutability TagResource UntagResource",
            delete="DeleteRepository",
        ),
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": (
        Grant(
            "ecr",
            REPOSITORY,
            create="SetRepositoryPolicy",
            read="GetRepositoryPolicy",
            delete="DeleteRepositoryPolicy",
        ),
    ),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": (
        Grant(
            "ecr",
            create="CreatePullThroughCacheRule",
            update="UpdatePullThroughCacheRule",
            delete="DeletePullThroughCacheRule",
            reason=OF_THE_REGISTRY,
        ),
        # ECR tries the login of a registry that wants one, as the caller.
        Grant(
            "secretsmanager",
            "secret:ecr-pullthroughcache/*",
            create="GetSecretValue",
        ),
        listed("ecr", "DescribePullThroughCacheRules"),
        linked_role("pullthroughcache.ecr.amazonaws.com"),
    ),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": (
        Grant(
            "ecr",
            create="PutRegistryScanningConfiguration",
            reason=OF_THE_REGISTRY,
        ),
        listed("ecr", "GetRegistryScanningConfiguration"),
        # The enhanced scan is Inspector's, which is switched on with it.
        Grant("inspector2", create="Enable", reason="a region has one Inspector"),
        listed("inspector2", "ListAccountPermissions"),
        linked_role("inspector2.amazonaws.com"),
    ),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": (
        Grant(
            "ecr",
            create="CreateRepositoryCreationTemplate",
            update="UpdateRepositoryCreationTemplate",
            delete="DeleteRepositoryCreationTemplate",
            reason=OF_THE_REGISTRY,
        ),
        listed("ecr", "DescribeRepositoryCreationTemplates"),
    ),
}

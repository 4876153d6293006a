"""Package domains and repositories.

https://docs.aws.amazon.com/codeartifact/latest/APIReference/
"""

from catalog.record import Call, Tags, Type

REPOSITORY = {"domain": "{domain}", "repository": "{repository}"}
TAGS = Tags(
    Call("TagResource", given={"resourceArn": "{arn}"}),
    Call("UntagResource", given={"resourceArn": "{arn}", "tagKeys": "{removed}"}),
)
PUT_POLICY = Call("PutDomainPermissionsPolicy")

TYPES = (
    Type(
        "aws:codeartifact/domain:Domain",
        "codeartifact",
        id="arn:{partition}:codeartifact:{region}:{account}:domain/{domain}",
        create=Call("CreateDomain"),
        read=Call(
            "DescribeDomain",
            given={"domain": "{domain}"},
            at="domain",
            outputs={"arn": "arn", "owner": "owner"},
        ),
        delete=Call("DeleteDomain", given={"domain": "{domain}"}),
        tags=TAGS,
    ),
    Type(
        "aws:codeartifact/domainPermissions:DomainPermissions",
        "codeartifact",
        id="{domain}",
        create=PUT_POLICY,
        read=Call(
            "GetDomainPermissionsPolicy",
            given={"domain": "{domain}"},
            at="policy",
            outputs={"resourceArn": "resourceArn"},
        ),
        update=(PUT_POLICY,),
        delete=Call("DeleteDomainPermissionsPolicy", given={"domain": "{domain}"}),
    ),
    Type(
        "aws:codeartifact/repository:Repository",
        "codeartifact",
        id="arn:{partition}:codeartifact:{region}:{account}:repository/{domain}/{repository}",
        create=Call(
            "CreateRepository",
            takes=("domain", "domainOwner", "repository", "description", "upstreams", "tags"),
        ),
        read=Call(
            "DescribeRepository",
            given=REPOSITORY,
            at="repository",
            outputs={
                "arn": "arn",
                "administratorAccount": "administratorAccount",
                "domainOwner": "domainOwner",
            },
        ),
        steps=(
            Call(
                "AssociateExternalConnection",
                takes=("externalConnections",),
                names={
                    "externalConnections": "",
                    "externalConnections.externalConnectionName": "externalConnection",
                },
                given=REPOSITORY,
            ),
        ),
        update=(Call("UpdateRepository", takes=("description", "upstreams"), given=REPOSITORY),),
        replaces=("externalConnections",),
        delete=Call("DeleteRepository", given=REPOSITORY),
        tags=TAGS,
    ),
)

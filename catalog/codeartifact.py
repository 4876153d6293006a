"""Package domains and repositories.

https://docs.aws.amazon.com/codeartifact/latest/APIReference/
"""

from catalog.record import Call, Grant, Iam, Tags, Type, arn_of

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
        id=arn_of("codeartifact", "domain/{domain}"),
        name="domain",
        autonamed=False,
        limit=50,
        create=Call("CreateDomain"),
        read=Call(
            "DescribeDomain",
            given={"domain": "{domain}"},
            at="domain",
            outputs={"arn": "arn", "owner": "owner"},
        ),
        inputs={"encryptionKey": "encryptionKey"},
        delete=Call("DeleteDomain", given={"domain": "{domain}"}),
        tags=TAGS,
        cloudformation="AWS::CodeArtifact::Domain",
        outputs={"arn": "{id}", "owner": "{account}"},
        holds_data="the packages of its repositories",
        iam=Iam(
            on="domain/{name}",
            read="ListTagsForResource",
            grants=(
                Grant(
                    "codeartifact",
                    create="CreateDomain",
                    reason="AWS offers no resource to narrow a new domain to",
                ),
            ),
        ),
    ),
    Type(
        "aws:codeartifact/domainPermissions:DomainPermissions",
        "codeartifact",
        id=arn_of("codeartifact", "domain/{domain}"),
        create=PUT_POLICY,
        read=Call(
            "GetDomainPermissionsPolicy",
            given={"domain": "{domain}"},
            at="policy",
            outputs={"resourceArn": "resourceArn"},
        ),
        update=(PUT_POLICY,),
        delete=Call("DeleteDomainPermissionsPolicy", given={"domain": "{domain}"}),
        outputs={"resourceArn": "{id}"},
        holds_no_data="a setting is written anew from the program",
        iam=Iam(on="domain/{name}"),
    ),
    Type(
        "aws:codeartifact/repository:Repository",
        "codeartifact",
        id=arn_of("codeartifact", "repository/{domain}/{repository}"),
        name="repository",
        autonamed=False,
        limit=100,
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
        inputs={
            "externalConnections": "externalConnections[0]"
            ".{externalConnectionName: externalConnectionName}"
        },
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
        cloudformation="AWS::CodeArtifact::Repository",
        outputs={"arn": "{id}", "administratorAccount": "{account}", "domainOwner": "{account}"},
        holds_data="the packages",
        iam=Iam(
            on="repository/{name}",
            create="AssociateWithDownstreamRepository",
            read="ListTagsForResource",
            update="DisassociateExternalConnection",
            grants=(
                Grant(
                    "codeartifact",
                    create="CreateRepository",
                    reason="AWS offers no resource to narrow a new repository to",
                ),
            ),
        ),
    ),
)

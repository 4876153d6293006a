"""EMR on EKS: namespaces that run jobs of Spark, and templates of such jobs.

https://docs.aws.amazon.com/emr-on-eks/latest/APIReference/
"""

from catalog.record import OURS, Call, Grant, Iam, Tags, Type, arn_of, linked_role

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonemroneksemrcontainers.html"
"""Which actions there are, and on what."""
ACCESS = "https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/setting-up-cluster-access.html"
"""How EMR comes into a namespace."""
TAGS = Tags(
    Call("TagResource", given={"resourceArn": "{arn}"}),
    Call("UntagResource", given={"resourceArn": "{arn}", "tagKeys": "{removed}"}),
)
CLUSTERS, TEMPLATES = "/virtualclusters/*", "/jobtemplates/*"
BY_ID = {"id": "{id}"}

TYPES = (
    Type(
        "aws:emrcontainers/virtualCluster:VirtualCluster",
        "emr-containers",
        id="{hex}",
        name="name",
        limit=64,
        create=Call("CreateVirtualCluster", outputs={"id": "id", "arn": "arn"}),
        read=Call(
            "DescribeVirtualCluster", given=BY_ID, at="virtualCluster", outputs={"arn": "arn"}
        ),
        delete=Call("DeleteVirtualCluster", given=BY_ID),
        tags=TAGS,
        cloudformation="AWS::EMRContainers::VirtualCluster",
        gone="state == 'TERMINATED'",
        outputs={"arn": arn_of("emr-containers", "/virtualclusters/{id}")},
        holds_no_data="jobs read and write S3; what it keeps of runs is their history",
        iam=Iam(
            on=CLUSTERS,
            when=OURS,
            create="TagResource",
            read="ListTagsForResource",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "emr-containers",
                    create="CreateVirtualCluster",
                    reason="a virtual cluster gets its id only when it is created",
                    source=AUTHORIZATION,
                ),
                linked_role("emr-containers.amazonaws.com"),
                # EMR gives itself access to the namespace in the caller's name.
                Grant(
                    "eks",
                    "cluster/{name} access-entry/{name}/*",
                    create="AssociateAccessPolicy CreateAccessEntry DescribeAccessEntry "
                    "DescribeCluster ListAssociatedAccessPolicies",
                    delete="DeleteAccessEntry DescribeAccessEntry DisassociateAccessPolicy "
                    "ListAssociatedAccessPolicies",
                    source=ACCESS,
                ),
            ),
        ),
    ),
    Type(
        "aws:emrcontainers/jobTemplate:JobTemplate",
        "emr-containers",
        id="{hex}",
        name="name",
        limit=64,
        create=Call("CreateJobTemplate", outputs={"id": "id", "arn": "arn"}),
        read=Call("DescribeJobTemplate", given=BY_ID, at="jobTemplate", outputs={"arn": "arn"}),
        delete=Call("DeleteJobTemplate", given=BY_ID),
        tags=TAGS,
        cloudformation="AWS::EMRContainers::JobTemplate",
        outputs={"arn": arn_of("emr-containers", "/jobtemplates/{id}")},
        holds_no_data="it is a job of the program's",
        iam=Iam(
            on=TEMPLATES,
            when=OURS,
            create="TagResource",
            read="ListTagsForResource",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "emr-containers",
                    create="CreateJobTemplate",
                    reason="a template gets its id only when it is created",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
)

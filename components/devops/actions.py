"""The IAM actions by which the platform's resources are read, and made, changed and deleted."""


def actions(**by_service: str) -> list[str]:
    """IAM actions from names by service; a `_` in a service stands for its `-`."""
    return [
        f"{service.replace('_', '-')}:{action}"
        for service, actions in by_service.items()
        for action in actions.split()
    ]


LISTINGS = actions(
    application_autoscaling="Describe* ListTagsForResource",
    cloudwatch="DescribeAlarms",
    ec2="Describe*",
    kms="ListAliases",
    logs="DescribeLogGroups",
    sagemaker="ListModelPackages",
    sns="GetSubscriptionAttributes",
)
READS = actions(
    athena="GetWorkGroup ListTagsForResource",
    cloudwatch="ListTagsForResource",
    codebuild="BatchGetProjects",
    codeconnections="GetConnection ListTagsForResource",
    codepipeline="GetPipeline ListTagsForResource",
    ecr="DescribeRepositories GetLifecyclePolicy ListTagsForResource",
    events="DescribeRule ListTagsForResource ListTargetsByRule",
    glue="GetDatabase GetTable GetTags",
    logs="ListTagsForResource",
    sagemaker="Describe* ListTags",
    sns="GetTopicAttributes ListTagsForResource",
    states="DescribeStateMachine ListStateMachineVersions ListTagsForResource",
)
WRITES = actions(
    athena="CreateWorkGroup DeleteWorkGroup UpdateWorkGroup TagResource UntagResource",
    cloudwatch="DeleteAlarms PutMetricAlarm TagResource UntagResource",
    codebuild="CreateProject DeleteProject UpdateProject",
    codeconnections="DeleteConnection PassConnection TagResource UntagResource",
    codepipeline="CreatePipeline DeletePipeline UpdatePipeline TagResource UntagResource",
    ecr="""CreateRepository DeleteLifecyclePolicy DeleteRepository PutImageScanningConfiguration
        PutImageTagMutability PutLifecyclePolicy TagResource UntagResource""",
    events="DeleteRule DisableRule EnableRule PutRule PutTargets RemoveTargets *agResource",
    glue="*Database CreateTable DeleteTable UpdateTable TagResource UntagResource",
    logs="""AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteRetentionPolicy PutRetentionPolicy
        TagResource UntagResource""",
    sagemaker="""AddTags DeleteTags *DataQualityJobDefinition *EndpointConfig *FeatureGroup *Model
        *ModelPackageGroup *MonitoringSchedule CreateEndpoint DeleteEndpoint UpdateEndpoint
        UpdateEndpointWeightsAndCapacities CreatePipeline DeletePipeline UpdatePipeline""",
    sns="""CreateTopic DeleteTopic SetSubscriptionAttributes SetTopicAttributes Subscribe
        TagResource Unsubscribe UntagResource""",
    states="CreateStateMachine DeleteStateMachine UpdateStateMachine TagResource UntagResource",
)
NETWORK = actions(
    ec2="""*FlowLogs *InternetGateway *NatGateway *RouteTable AllocateAddress
        AuthorizeSecurityGroup* CreateRoute CreateSecurityGroup CreateSubnet CreateTags CreateVpc
        CreateVpcEndpoint DeleteRoute DeleteSecurityGroup DeleteSubnet DeleteTags DeleteVpc
        DeleteVpcEndpoints DisassociateAddress ModifySecurityGroupRules ModifySubnetAttribute
        ModifyVpcAttribute ModifyVpcEndpoint ReleaseAddress ReplaceRoute* RevokeSecurityGroup*
        UpdateSecurityGroupRuleDescriptions*"""
)
ROLES = actions(
    iam="""CreateRole DeleteRole DeleteRolePolicy PutRolePolicy TagRole UntagRole
        UpdateAssumeRolePolicy UpdateRole"""
)
SCALING_WRITES = actions(
    application_autoscaling="""DeleteScalingPolicy DeregisterScalableTarget PutScalingPolicy
        RegisterScalableTarget"""
)

"""A domain of Studio with two people, for the tests of what is in it."""

ROLE = "arn:aws:iam::123456789012:role/maslow-studio"


def network(cloud):
    """A VPC and two subnets of it."""
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    return vpc, subnets


def domain(cloud, name, mode="IAM", **more):
    """The id of a new domain."""
    vpc, subnets = network(cloud)
    return cloud.client("sagemaker").create_domain(
        **{
            "DomainName": name,
            "AuthMode": mode,
            "DefaultUserSettings": {"ExecutionRole": ROLE},
            "VpcId": vpc,
            "SubnetIds": subnets,
            "AppNetworkAccessType": "VpcOnly",
            **more,
        }
    )["DomainId"]


def profile(sagemaker, domain_id, name="ana"):
    """A person's profile."""
    sagemaker.create_user_profile(DomainId=domain_id, UserProfileName=name)
    return name


def space(sagemaker, domain_id, name="work", owner="ana", app="JupyterLab", disk=5):
    """A private space of a person."""
    sagemaker.create_space(
        DomainId=domain_id,
        SpaceName=name,
        OwnershipSettings={"OwnerUserProfileName": owner},
        SpaceSharingSettings={"SharingType": "Private"},
        SpaceSettings={
            "AppType": app,
            "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": disk}},
        },
    )
    return name


def app(sagemaker, domain_id, space_name="work", kind="JupyterLab", name="default"):
    """What tells an app that runs in a space, once it does."""
    told = {
        "DomainId": domain_id,
        "SpaceName": space_name,
        "AppType": kind,
        "AppName": name,
    }
    sagemaker.create_app(**told)
    return told

"""Domains of Studio on the embedded AWS: their files, their changes and their end."""

import itertools

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests.embedded.extensions import studio

NAMES = (f"studio-{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as cloud:
        yield cloud


@pytest.fixture
def sagemaker(cloud):
    return cloud.client("sagemaker")


def files(cloud, sagemaker, domain):
    """The home file system of a domain, its mount targets and the security groups for it."""
    efs, ec2 = cloud.client("efs"), cloud.client("ec2")
    system = sagemaker.describe_domain(DomainId=domain)["HomeEfsFileSystemId"]

    def there():
        systems = [one["FileSystemId"] for one in efs.describe_file_systems()["FileSystems"]]
        if system not in systems:
            return None
        return efs.describe_mount_targets(FileSystemId=system)["MountTargets"]

    def groups():
        named = [{"Name": "group-name", "Values": [f"security-group-for-*-nfs-{domain}"]}]
        return ec2.describe_security_groups(Filters=named)["SecurityGroups"]

    return there, groups


def test_a_domain_has_an_encrypted_file_system_that_each_subnet_mounts(cloud, sagemaker):
    domain = studio.domain(cloud, next(NAMES))
    described = sagemaker.describe_domain(DomainId=domain)
    there, groups = files(cloud, sagemaker, domain)
    assert described["Status"] == "InService"
    assert described["DomainArn"].endswith(f":domain/{domain}")
    assert sorted(one["SubnetId"] for one in there()) == sorted(described["SubnetIds"])
    assert len(groups()) == 2


def test_a_domain_without_a_home_file_system_has_none(cloud, sagemaker):
    domain = studio.domain(cloud, next(NAMES), HomeEfsFileSystemCreation="Disabled")
    assert "HomeEfsFileSystemId" not in sagemaker.describe_domain(DomainId=domain)


def test_two_domains_have_two_names(cloud):
    name = next(NAMES)
    studio.domain(cloud, name)
    with pytest.raises(ClientError, match="already exists") as refused:
        studio.domain(cloud, name)
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"


def test_a_domain_is_in_subnets_of_its_network(cloud):
    vpc, _ = studio.network(cloud)
    with pytest.raises(ClientError, match=f"not in VPC {vpc}"):
        studio.domain(cloud, next(NAMES), VpcId=vpc)


def test_a_change_keeps_what_it_does_not_name(cloud, sagemaker):
    domain = studio.domain(cloud, next(NAMES))
    sagemaker.update_domain(
        DomainId=domain, DefaultUserSettings={"SecurityGroups": ["sg-0a1b2c3d"]}
    )
    assert sagemaker.describe_domain(DomainId=domain)["DefaultUserSettings"] == {
        "ExecutionRole": studio.ROLE,
        "SecurityGroups": ["sg-0a1b2c3d"],
    }


def idle(minutes, least=60, most=120):
    return {
        "ExecutionRole": studio.ROLE,
        "JupyterLabAppSettings": {
            "AppLifecycleManagement": {
                "IdleSettings": {
                    "LifecycleManagement": "ENABLED",
                    "IdleTimeoutInMinutes": minutes,
                    "MinIdleTimeoutInMinutes": least,
                    "MaxIdleTimeoutInMinutes": most,
                }
            }
        },
    }


def test_an_idle_time_is_between_its_own_bounds(cloud, sagemaker):
    domain = studio.domain(cloud, next(NAMES), DefaultUserSettings=idle(90))
    for minutes, most in ((180, 120), (90, 600_000)):
        with pytest.raises(ClientError, match="is not"):
            sagemaker.update_domain(DomainId=domain, DefaultUserSettings=idle(minutes, most=most))


def test_the_network_changes_only_while_no_app_runs(cloud, sagemaker):
    domain = studio.domain(cloud, next(NAMES))
    studio.profile(sagemaker, domain)
    studio.space(sagemaker, domain)
    app = studio.app(sagemaker, domain)
    with pytest.raises(ClientError, match="once there are none"):
        sagemaker.update_domain(DomainId=domain, AppNetworkAccessType="PublicInternetOnly")
    sagemaker.delete_app(**app)
    sagemaker.update_domain(DomainId=domain, AppNetworkAccessType="PublicInternetOnly")
    described = sagemaker.describe_domain(DomainId=domain)
    assert described["AppNetworkAccessType"] == "PublicInternetOnly"


def test_a_domain_goes_after_its_apps_its_spaces_and_its_profiles_alone(cloud, sagemaker):
    domain = studio.domain(cloud, next(NAMES))
    studio.profile(sagemaker, domain)
    studio.space(sagemaker, domain)
    app = studio.app(sagemaker, domain)
    for holds, delete in (
        ("apps", lambda: sagemaker.delete_app(**app)),
        ("spaces", lambda: sagemaker.delete_space(DomainId=domain, SpaceName="work")),
        (
            "user profiles",
            lambda: sagemaker.delete_user_profile(DomainId=domain, UserProfileName="ana"),
        ),
    ):
        with pytest.raises(ClientError, match=f"it has {holds}") as refused:
            sagemaker.delete_domain(DomainId=domain)
        assert refused.value.response["Error"]["Code"] == "ResourceInUse"
        delete()
    sagemaker.delete_domain(DomainId=domain)
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.describe_domain(DomainId=domain)


def test_files_stay_with_their_mount_targets_unless_they_are_to_go(cloud, sagemaker):
    domain = studio.domain(cloud, next(NAMES))
    there, groups = files(cloud, sagemaker, domain)
    sagemaker.delete_domain(DomainId=domain)
    assert len(there()) == 2
    assert len(groups()) == 2

    domain = studio.domain(cloud, next(NAMES))
    there, groups = files(cloud, sagemaker, domain)
    sagemaker.delete_domain(DomainId=domain, RetentionPolicy={"HomeEfsFileSystem": "Delete"})
    assert there() is None
    assert len(groups()) == 2

"""Who may read and write a shared file system."""

from components.data.files.policies import file_system_policy, posix_id, team_policy

SYSTEM = "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-0a1b2c3d"
POINT = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0a1b2c3d"
MOUNT, WRITE = "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"
ROOT = "elasticfilesystem:ClientRootAccess"


def denied(action):
    """The conditions under which nobody may do it."""
    return [
        statement.get("Condition")
        for statement in file_system_policy(SYSTEM)["Statement"]
        if action in statement["Action"]
    ]


def test_the_file_system_lets_nobody_in_by_itself():
    statements = file_system_policy(SYSTEM)["Statement"]
    assert {statement["Effect"] for statement in statements} == {"Deny"}
    assert {statement["Principal"] for statement in statements} == {"*"}
    assert {arn for statement in statements for arn in statement["Resource"]} == {SYSTEM}


def test_it_is_mounted_and_written_by_tls_and_access_points_only():
    for action in (MOUNT, WRITE):
        assert denied(action) == [
            {"Bool": {"aws:SecureTransport": "false"}},
            {"Null": {"elasticfilesystem:AccessPointArn": "true"}},
        ]


def test_root_has_no_rights():
    assert None in denied(ROOT)


def test_a_team_mounts_and_writes_by_its_own_access_point_only():
    use, find = team_policy(SYSTEM, POINT)["Statement"]
    assert use["Action"] == [MOUNT, WRITE]
    assert use["Condition"] == {"StringEquals": {"elasticfilesystem:AccessPointArn": POINT}}
    assert find["Action"] == ["elasticfilesystem:DescribeMountTargets"]
    assert use["Resource"] == find["Resource"] == [SYSTEM]


def test_a_teams_number_is_told_from_its_name_and_is_nobodys_in_an_image():
    assert posix_id("oncology") == posix_id("oncology") == 1_508_272_570
    numbers = {posix_id(f"team-{number}") for number in range(1000)}
    assert len(numbers) == 1000
    assert min(numbers) >= 100_000
    assert max(numbers) < 2**31

"""Who may read and write a shared file system."""

import json

import pytest

from components.data.files.policies import file_system_policy, posix_id
from infra.settings.data.files import MOST_TEAMS, MOST_TRAINING

SYSTEM = "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-0a1b2c3d"
POINTS = {
    team: [f"arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-{team}"]
    for team in ("oncology", "cardiology")
}
MOUNT, WRITE = "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"
ROOT = "elasticfilesystem:ClientRootAccess"
STATEMENTS = file_system_policy(SYSTEM, POINTS, "123456789012")["Statement"]
READ = file_system_policy(SYSTEM, POINTS, "123456789012", read_by_training=True)["Statement"]


def conditions(effect, action, statements=STATEMENTS):
    """The conditions under which it is allowed, or denied."""
    return [
        statement.get("Condition")
        for statement in statements
        if statement["Effect"] == effect and action in statement["Action"]
    ]


def test_a_role_mounts_and_writes_by_the_access_point_of_the_team_that_its_tag_names():
    for action in (MOUNT, WRITE):
        found = [condition["StringEquals"] for condition in conditions("Allow", action)]
        assert found == [
            {
                "aws:PrincipalAccount": "123456789012",
                "aws:PrincipalTag/maslow:team": team,
                "elasticfilesystem:AccessPointArn": arns,
            }
            for team, arns in POINTS.items()
        ]


def test_nothing_is_allowed_by_another_way_than_the_network():
    for condition in conditions("Allow", MOUNT):
        assert condition["Bool"] == {"elasticfilesystem:AccessedViaMountTarget": "true"}


def test_the_policy_is_of_its_file_system_alone():
    assert {arn for statement in STATEMENTS for arn in statement["Resource"]} == {SYSTEM}


def test_it_is_mounted_and_written_by_tls_and_access_points_only():
    for action in (MOUNT, WRITE):
        assert conditions("Deny", action) == [
            {"Bool": {"aws:SecureTransport": "false"}},
            {"Null": {"elasticfilesystem:AccessPointArn": "true"}},
        ]


@pytest.mark.parametrize("statements", [STATEMENTS, READ])
def test_root_has_no_rights(statements):
    assert None in conditions("Deny", ROOT, statements)
    assert conditions("Allow", ROOT, statements) == []


def test_training_mounts_by_the_network_without_an_access_point_and_tls():
    by_network = {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    without = {"Null": {"elasticfilesystem:AccessPointArn": "true"}}
    assert {**by_network, **without} in conditions("Allow", MOUNT, READ)
    # What is refused without TLS comes by an access point.
    assert conditions("Deny", MOUNT, READ) == [
        {
            "Bool": {"aws:SecureTransport": "false"},
            "Null": {"elasticfilesystem:AccessPointArn": "false"},
        }
    ]


def test_training_writes_nothing():
    assert conditions("Allow", WRITE, READ) == conditions("Allow", WRITE)
    assert conditions("Deny", WRITE, READ) == conditions("Deny", WRITE)


def test_the_policy_has_room_for_the_most_teams_with_the_longest_names():
    # Of the region with the longest name, with ids of full length.
    here = "arn:aws:elasticfilesystem:ap-southeast-1:123456789012"
    point = f"{here}:access-point/fsap-0123456789abcdef0"
    teams = {
        f"{number:040}": [point] * (2 if number < MOST_TRAINING else 1)
        for number in range(MOST_TEAMS)
    }
    system = f"{here}:file-system/fs-0123456789abcdef0"
    policy = file_system_policy(system, teams, "123456789012", read_by_training=True)
    assert len(json.dumps(policy)) < 20_000


def test_a_teams_number_is_told_from_its_name_and_is_nobodys_in_an_image():
    assert posix_id("oncology") == posix_id("oncology") == 1_508_272_570
    numbers = {posix_id(f"team-{number}") for number in range(1000)}
    assert len(numbers) == 1000
    assert min(numbers) >= 100_000
    assert max(numbers) < 2**31

"""Shared files on the embedded AWS: they come, change with their settings, and go."""

import json

import pytest

from components.data.files.policies import posix_id
from embedded.cloud import Cloud
from infra.hosts.session import session
from infra.settings import from_config
from tests.embedded_settings import EMBEDDED

SETTINGS = EMBEDDED
BEFORE = {"shared": {"teams": ["oncology", "cardiology"], "lifecycle_days": 7}}
AFTER = {"shared": {"teams": ["radiology", "oncology"], "backup": False, "lifecycle_days": "never"}}


class Stage:
    """The file system as EFS tells of it, after an update to some settings."""

    def __init__(self, cloud, outputs):
        efs = cloud.client("efs")
        self.files = outputs["files"]
        (self.system,) = efs.describe_file_systems()["FileSystems"]
        name = {"FileSystemId": self.system["FileSystemId"]}
        self.policy = json.loads(efs.describe_file_system_policy(**name)["Policy"])
        self.points = efs.describe_access_points(**name)["AccessPoints"]
        self.mounts = efs.describe_mount_targets(**name)["MountTargets"]
        self.moves = efs.describe_lifecycle_configuration(**name)["LifecyclePolicies"]
        try:
            self.backup = efs.describe_backup_policy(**name)["BackupPolicy"]["Status"]
        except efs.exceptions.PolicyNotFound:
            self.backup = None

    @property
    def folders(self):
        return {
            point["RootDirectory"]["Path"]: (point["AccessPointId"], point["PosixUser"]["Uid"])
            for point in self.points
        }


@pytest.fixture(scope="module")
def stages(project):
    """Before and after a change of the teams, and what is left once the setting is gone."""

    def wanted(files):
        return from_config({**SETTINGS, "files": files}, "eu-west-1", "dev")

    with Cloud("eu-west-1") as cloud:
        with session(project, wanted(BEFORE), cloud, lambda _: None) as up:
            before = Stage(cloud, up(wanted(BEFORE)).outputs)
            after = Stage(cloud, up(wanted(AFTER)).outputs)
            up(wanted({}))
        efs = cloud.client("efs")
        left = [
            *efs.describe_file_systems()["FileSystems"],
            *efs.describe_access_points()["AccessPoints"],
        ]
        yield before, after, left


def test_a_file_system_is_encrypted_and_reached_in_each_zone(stages):
    before, _, _ = stages
    assert before.system["Encrypted"]
    assert before.system["FileSystemId"] == before.files["file_system"]
    assert len({mount["SubnetId"] for mount in before.mounts}) == 2
    assert len(before.policy["Statement"]) == 2 + 3
    assert before.backup == "ENABLED"
    assert before.moves[0] == {"TransitionToIA": "AFTER_7_DAYS"}


def test_each_team_is_told_its_access_point(stages):
    before, _, _ = stages
    ids = {path: id_ for path, (id_, _) in before.folders.items()}
    assert {f"/teams/{team}": id_ for team, id_ in before.files["access_points"].items()} == ids


def test_a_team_keeps_its_folder_as_others_come_and_go(stages):
    before, after, _ = stages
    assert after.folders.keys() == {"/teams/oncology", "/teams/radiology"}
    assert after.folders["/teams/oncology"] == before.folders["/teams/oncology"]
    assert after.folders["/teams/radiology"][1] == posix_id("radiology")
    assert after.system["FileSystemId"] == before.system["FileSystemId"]


def test_backups_and_moves_end_when_nobody_wants_them(stages):
    _, after, _ = stages
    assert after.backup in (None, "DISABLED")
    assert after.moves == []


def test_nothing_is_left_of_a_disposable_one_that_is_taken_out(stages):
    _, _, left = stages
    assert left == []

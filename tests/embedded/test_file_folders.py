"""Folders of this machine that stand for file systems."""

import pytest

from embedded import file_folders, workplace


@pytest.fixture
def system():
    """A file system with a file in it."""
    file_folders.make("fs-1", "/training/oncology")
    (file_folders.folder_of("fs-1") / "training/oncology/a.txt").write_text("a")
    yield "fs-1"
    file_folders.close()
    workplace.remove()


def test_what_is_below_a_path_is_copied(system, tmp_path):
    assert file_folders.copy(system, "/training", tmp_path)
    assert (tmp_path / "oncology" / "a.txt").read_text() == "a"


def test_a_path_that_is_not_there_is_told(system, tmp_path):
    assert not file_folders.copy(system, "/training/cardiology", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/..", "/training/../../other", ".."])
def test_no_path_leads_out_of_the_file_system(system, tmp_path, path):
    with pytest.raises(ValueError, match="leads out of the file system fs-1"):
        file_folders.copy(system, path, tmp_path)


def test_a_link_leads_no_farther_than_the_file_system(system, tmp_path):
    (file_folders.folder_of(system) / "out").symlink_to(tmp_path)
    with pytest.raises(ValueError, match="leads out"):
        file_folders.copy(system, "/out", tmp_path / "copy")


def test_folders_are_told_by_their_file_systems_until_they_go(system):
    folder = file_folders.folder_of(system)
    assert file_folders.read() == {system: str(folder)}
    file_folders.remove(system)
    assert file_folders.read() == {}
    assert not folder.exists()

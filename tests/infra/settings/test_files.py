import pytest


def test_the_teams_are_all_that_a_shared_file_system_needs(found):
    assert found(files={"shared": {"teams": ["oncology", "cardiology"]}}) == []


@pytest.mark.parametrize("days", [1, 7, 365, "never"])
def test_files_move_after_days_that_efs_offers_or_never(found, days):
    assert found(files={"shared": {"teams": ["oncology"], "lifecycle_days": days}}) == []


@pytest.mark.parametrize(
    ("shared", "said"),
    [
        ({"teams": []}, "files.shared.teams"),
        ({}, "files.shared.teams: is missing"),
        ({"teams": ["Oncology"]}, '"Oncology" is not a name for a team.'),
        ({"teams": ["oncology", "oncology"]}, "oncology is here twice."),
        ({"teams": ["oncology"], "lifecycle_days": 31}, "files.shared.lifecycle_days: 31 is not"),
        ({"teams": ["oncology"], "backups": True}, "backups"),
    ],
)
def test_a_mistake_is_named(found, shared, said):
    (mistake,) = found(files={"shared": shared})
    assert said in mistake

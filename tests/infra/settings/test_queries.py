from pathlib import Path

import pytest

from infra.settings.data.queries import check_queries


def test_teams_and_limits_are_taken(found):
    assert found(queries={"teams": {"oncology": {"scan_limit_gb": 1, "daily_gb": 0.5}}}) == []


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        (
            {"teams": {"Oncology": {}}},
            'queries.teams.Oncology: "Oncology" is not a name for a team.',
        ),
        ({"teams": {"a": {"scan_limit_gb": 0.001}}}, "queries.teams.a.scan_limit_gb: 0.001 "),
        ({"daily_gb": 0}, "queries.daily_gb: 0 "),
        ({"folder": "../queries"}, '"../queries" is not a folder of this repository.'),
    ],
)
def test_what_athena_would_refuse_is_refused(found, queries, said):
    (mistake,) = found(queries=queries)
    assert said in mistake


def test_every_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    saved = tmp_path / "queries" / "saved"
    saved.mkdir(parents=True)
    (saved / "a.sql").write_text("SELECT * FROM")
    (saved / "b.sql").write_text("SELECT 1")
    (saved / "c.sql").write_text("")
    values = {"queries": {"folder": "queries"}}
    told = [each.message for each in check_queries(values, tmp_path)]
    assert [each.partition(":")[0] for each in told] == [
        "queries/saved/a.sql",
        "queries/saved/c.sql",
    ]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (mistake,) = check_queries({"queries": {"folder": "queries"}}, tmp_path)
    assert mistake.message == "there is no folder queries."
    assert not [*check_queries({}, tmp_path)]

"""What `plan` tells of who reads the lake."""

from infra.settings import from_config
from infra.summary import lines
from infra.summary.readers import lake_readers

USER = ["arn:aws:iam::111111111111:user/someone"]
VISITS = {
    "name": "curated.visits",
    "columns": {"visit_id": "string", "patient": "string", "age": "int"},
    "personal": ["patient"],
}
WARDS = {"name": "curated.wards", "columns": {"ward": "string"}, "sensitivity": "confidential"}
BEDS = {"name": "curated.beds", "columns": {"bed": "string"}}


def told(lake, *personas, **more):
    values = {
        "owner": "ml@example.com",
        "network": {"cidr": "10.0.0.0/16"},
        "source": {"github": "example/platform"},
        "access": {"personas": dict.fromkeys(personas, USER)},
        "lake": lake,
        **more,
    }
    sections = lake_readers(from_config(values, "eu-west-1", "dev").platform)
    return [line for line, _ in lines(sections, 100)]


def test_whole_zones_are_read_where_the_lake_is_not_governed():
    assert told({}, "data-engineer", "data-scientist", "auditor", "ml-engineer") == [
        "Who reads the lake",
        "  data-engineer     files and tables of raw, curated, features",
        "  data-scientist    files and tables of curated, features",
        "  nothing           ml-engineer, auditor",
    ]


def test_what_is_kept_from_a_reader_is_told_table_by_table():
    lake = {
        "governed": True,
        "tables": [VISITS, WARDS, BEDS],
        "readers": {
            "data-scientist": {"rows": {"curated.visits": "age >= 18"}},
            "ml-engineer": {"zones": ["curated"], "sees": ["internal", "personal"]},
        },
    }
    assert told(lake, "data-scientist", "ml-engineer") == [
        "Who reads the lake",
        "  data-scientist    by queries, what is internal in curated, features",
        "    curated.visits  without patient, where age >= 18",
        "    curated.wards   not at all: it is confidential",
        "  ml-engineer       by queries, what is internal or personal in curated",
        "    curated.wards   not at all: it is confidential",
        "  jobs              places that each names, by IAM",
    ]


def test_who_reads_no_zone_reads_nothing():
    lake = {"governed": True, "readers": {"data-scientist": {"zones": []}}}
    assert "  data-scientist    nothing" in told(lake, "data-scientist")


def test_without_personas_nothing_is_told():
    assert told({}) == []


def test_who_reads_files_of_places_is_told_with_what_is_personal_there():
    share = {"name": "research", "account": "444455556666", "external_id": "research-2026"}
    found = told(
        {"governed": True, "tables": [VISITS, BEDS]},
        "data-scientist",
        shares=[{**share, "reads": ["curated.beds", "curated.visits"]}],
    )
    assert found[-2] == (
        "  share: research   files of curated.beds, curated.visits; "
        "patient of curated.visits among them"
    )


def test_a_team_of_studio_reads_files_of_its_places():
    team = {"members": {"ana": "data-scientist"}, "reads": ["curated.visits"]}
    found = told({}, "data-scientist", studio={"teams": {"wards": team}})
    assert found[-1] == "  studio: wards     files of curated.visits"


def test_what_notebooks_read_is_told_by_persona():
    spark = {"studio": {"personas": {"data-engineer": {"reads": ["curated.visits"]}}}}
    lake = {"governed": True, "tables": [VISITS]}
    found = told(lake, "data-engineer", "data-scientist", spark=spark)
    assert found[-3:-1] == [
        "  notebooks: data-engineer",
        "                    files of curated.visits; patient of curated.visits among them",
    ]

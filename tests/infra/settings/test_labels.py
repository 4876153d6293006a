import pytest

from infra.settings.data.tables import Table
from infra.settings.mlops.labels import Labels, place_of

GROUP = {
    "name": "visits",
    "record_id": "Visit_Id",
    "event_time": "at",
    "features": {"Visit_Id": "string", "at": "string", "age": "integral"},
}
OUTCOMES = {
    "name": "curated.outcomes",
    "columns": {"visit_id": "string", "decided_at": "timestamp", "target": "int"},
    "partitions": {"day": "date"},
}
LABELS = {"table": "curated.outcomes", "time": "decided_at"}


@pytest.fixture
def of(found):
    """The mistakes of a model with these labels, in a lake with a table of outcomes."""

    def of(labels, *, group=GROUP, table=OUTCOMES, **model):
        settings = {"name": "stay", "project": "templates/tabular", "features": ["visits"], **model}
        return found(
            features=[group],
            lake={"tables": [table]},
            models=[{**settings, "labels": labels}],
        )

    return of


def test_a_table_of_the_file_has_what_labels_need_in_whatever_capitals(of):
    assert of(LABELS) == []
    assert of({**LABELS, "time": "day", "ids": {"visits": "visit_id"}}) == []
    assert of(LABELS, target="Target") == []


@pytest.mark.parametrize(
    ("labels", "model", "mistake"),
    [
        ({"time": "decided"}, {}, '.time: curated.outcomes has no column "decided".'),
        ({}, {"target": "died"}, ': curated.outcomes has no column "died".'),
        ({"ids": {"visits": "stay"}}, {}, '.ids.visits: curated.outcomes has no column "stay".'),
        ({"ids": {"wards": "day"}}, {}, '.ids.wards: the model does not read "wards".'),
        ({"table": "curatd.outcomes"}, {}, ".table: curatd is not a zone."),
        ({"table": "outcomes"}, {}, '.table: "outcomes" is not a table of the lake.'),
        ({"time": "Decided"}, {}, '.time: "Decided" is not a name that queries can use as it is.'),
        ({}, {"features": []}, ": the model reads no feature group to join them with."),
    ],
)
def test_labels_that_nothing_comes_of_are_refused(of, labels, model, mistake):
    assert of({**LABELS, **labels}, **model)[0] == f"models[stay].labels{mistake}"


def test_the_record_id_of_a_group_is_a_column_unless_another_is_named(of):
    table = {**OUTCOMES, "columns": {**OUTCOMES["columns"], "stay": "string"}}
    del table["columns"]["visit_id"]
    assert of(LABELS, table=table) == [
        'models[stay].labels: curated.outcomes has no column "Visit_Id".'
    ]
    assert of({**LABELS, "ids": {"visits": "stay"}}, table=table) == []


def test_nothing_is_learned_from_a_group_in_memory(of):
    assert of(LABELS, group={**GROUP, "tier": "in-memory"}) == [
        "models[stay].labels: visits is in memory, and has no offline store to learn from."
    ]


def test_a_table_that_the_file_does_not_have_may_have_any_columns(of):
    assert of({"table": "raw.others", "time": "told_at"}) == []


def test_labels_arrive_where_their_table_lies():
    labels = Labels(**LABELS)
    assert place_of(labels, ()) == ("curated", "outcomes")
    table = Table(**{**OUTCOMES, "prefix": "told/outcomes"})
    assert place_of(labels, (table,)) == ("curated", "told/outcomes")

import pytest

from embedded.sagemaker.data_processing import CSV, JSON, Unfit, joined, parsed, selected, written

RECORD = {"id": 7, "features": [1, 2, 3], "of": {"a": 1, "b": 2}}
ROW = ["k", "1", "2", "3", "0.9"]


@pytest.mark.parametrize(
    ("value", "path", "found"),
    [
        (RECORD, "$", RECORD),
        (RECORD, "$.features", [1, 2, 3]),
        (RECORD, "$['features'][0]", 1),
        (RECORD, "$['id','features']", {"id": 7, "features": [1, 2, 3]}),
        (RECORD, "$.of.*", [1, 2]),
        (RECORD, "$.features[*]", [1, 2, 3]),
        (ROW, "$[1:]", ["1", "2", "3", "0.9"]),
        (ROW, "$[0,-1]", ["k", "0.9"]),
        (ROW, "$[0, 3:]", ["k", "3", "0.9"]),
        (ROW, "$[-1]", "0.9"),
    ],
)
def test_a_path_selects_names_places_and_all_that_follows(value, path, found):
    assert selected(value, path) == found


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        (RECORD, "features", "does not begin with"),
        (RECORD, "$.none", "leads nowhere"),
        (ROW, "$[9]", "leads nowhere"),
        (RECORD, "$[0]", "which is no list"),
        (ROW, "$[0:2]", "a slice with an end is not emulated"),
        (RECORD, "$[?(@.id)]", "neither a name nor a place"),
        (RECORD, "$..id", "no JSONPath that SageMaker knows"),
    ],
)
def test_a_path_that_leads_nowhere_or_is_not_known_is_told(value, path, message):
    with pytest.raises(Unfit, match=message):
        selected(value, path)


def test_what_a_model_says_is_joined_as_the_format_has_it():
    assert joined(["1", "2"], ["0.9"], CSV) == ["1", "2", "0.9"]
    assert joined({"key": 1}, {"label": 1}, JSON) == {"key": 1, "SageMakerOutput": {"label": 1}}
    assert joined([1, 2], 0.5, JSON) == {"SageMakerInput": [1, 2], "SageMakerOutput": 0.5}


def test_records_are_read_and_written_in_their_format():
    assert written(parsed('a,"b,c"', CSV), CSV) == 'a,"b,c"'
    assert written(parsed('{"a": [1]}', JSON), JSON) == '{"a": [1]}'
    with pytest.raises(Unfit, match="is no JSON"):
        parsed("a,b", JSON)

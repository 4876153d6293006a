"""The checks that stand in for Model Monitor's and Clarify's images, as functions."""

import json

import numpy as np
import pytest

from components.mlops.monitoring.checks import (
    asking,
    bias,
    data_quality,
    explainability,
    model_quality,
)
from components.mlops.monitoring.checks.tables import Table, read

RANDOM = np.random.default_rng(3)
AGES = RANDOM.normal(50, 10, 400)


def _table(ages=AGES, wards=None):
    wards = wards or ["a", "b"] * (len(ages) // 2)
    return Table(["age", "ward"], [[f"{age}", ward] for age, ward in zip(ages, wards, strict=True)])


def _violations(table, of=None):
    told = data_quality.statistics(of or _table())
    return {
        (one["feature_name"], one["constraint_check_type"])
        for one in data_quality.violations(table, told, data_quality.constraints(told))
    }


def test_files_are_read_with_and_without_a_header_and_as_json_lines(tmp_path):
    (tmp_path / "1.csv").write_text("a,b\n1,\n")
    (tmp_path / "2.csv").write_text("a,b\n2,x\n")
    assert read(tmp_path, {"csv": {"header": True}}) == Table(["a", "b"], [["1", ""], ["2", "x"]])
    named = read(tmp_path, {"csv": {"header": False}})
    assert (named.names, len(named.rows)) == (["_c0", "_c1"], 4)
    for path in tmp_path.iterdir():
        path.unlink()
    (tmp_path / "1.json").write_text('{"a": 1}\n{"a": null, "b": "x"}\n')
    assert read(tmp_path, {"json": {"lines": True}}) == Table(["a", "b"], [["1", ""], ["", "x"]])


@pytest.mark.parametrize(
    ("text", "form", "message"),
    [
        ("a,b\n1\n", {"csv": {"header": True}}, "a line of 1 columns, not 2"),
        ("a,b\n", {"csv": {"header": True}}, "there are no rows"),
        ("x", {"parquet": {}}, "a data set in parquet is not read"),
    ],
)
def test_what_can_not_be_read_is_told(tmp_path, text, form, message):
    (tmp_path / "rows").write_text(text)
    with pytest.raises(SystemExit, match=message):
        read(tmp_path, form)


def test_a_column_that_is_not_there_is_told():
    with pytest.raises(SystemExit, match="no column height, but age, ward"):
        _table().column("height")


def test_the_same_data_break_nothing():
    assert _violations(_table()) == set()


@pytest.mark.parametrize(
    ("table", "broken"),
    [
        (Table(["age"], [[f"{age}"] for age in AGES]), ("ward", "missing_column_check")),
        (
            Table(["age", "ward", "sex"], [[*row, "f"] for row in _table().rows]),
            ("sex", "extra_column_check"),
        ),
        (_table(AGES + 5), ("age", "baseline_drift_check")),
        (_table(wards=["a"] * 400), ("ward", "baseline_drift_check")),
        (_table(wards=["c", *["b", "a"] * 199, "b"]), ("ward", "categorical_values_check")),
        (_table(wards=["", *["b", "a"] * 199, "b"]), ("ward", "completeness_check")),
    ],
)
def test_each_rule_tells_what_breaks_it_and_nothing_else(table, broken):
    assert _violations(table) == {broken}


def test_a_number_that_has_become_a_text_breaks_the_type():
    rows = [["old", ward] for _, ward in _table().rows]
    assert _violations(Table(["age", "ward"], rows)) == {("age", "data_type_check")}
    whole = Table(["age", "ward"], [["3", "a"], ["4", "b"]])
    assert data_quality.statistics(whole)["features"][0]["inferred_type"] == "Integral"
    assert ("age", "data_type_check") in _violations(_table(), of=whole)


def test_a_drift_below_the_threshold_of_the_constraints_is_none():
    told = data_quality.statistics(_table())
    limits = json.loads(json.dumps(data_quality.constraints(told)))
    how = limits["monitoring_config"]["distribution_constraints"]
    moved = _table(AGES + 5)
    how["comparison_threshold"] = 0.9
    assert data_quality.violations(moved, told, limits) == []
    how |= {"comparison_threshold": 0.1, "perform_comparison": "Disabled"}
    assert data_quality.violations(moved, told, limits) == []


def _regression(error):
    truth = np.linspace(0, 10, 50)
    rows = [[f"{value}", f"{value + error * (-1) ** i}"] for i, value in enumerate(truth)]
    asked = {
        "problem_type": "Regression",
        "ground_truth_attribute": "truth",
        "inference_attribute": "told",
    }
    return model_quality.statistics(Table(["truth", "told"], rows), asked)


def test_an_error_that_has_grown_breaks_the_baseline_and_a_smaller_one_does_not():
    limits = model_quality.constraints(_regression(1.0))
    mae = limits["regression_constraints"]["mae"]
    assert mae == {"threshold": pytest.approx(1.0), "comparison_operator": "GreaterThanThreshold"}
    broken = model_quality.violations(_regression(2.0), limits)
    assert {one["metric_name"] for one in broken} == {"mae", "rmse", "r2"}
    assert model_quality.violations(_regression(0.5), limits) == []


def test_labels_come_of_probabilities_where_there_are_none():
    rows = [["no", "0.1"], ["no", "0.6"], ["yes", "0.7"], ["yes", "0.9"]]
    asked = {
        "problem_type": "BinaryClassification",
        "ground_truth_attribute": "truth",
        "probability_attribute": "chance",
    }
    table = Table(["truth", "chance"], rows)
    at = {
        limit: model_quality.statistics(table, {**asked, "probability_threshold_attribute": limit})
        for limit in ("", "0.65")
    }
    found = {limit: one["binary_classification_metrics"] for limit, one in at.items()}
    assert found[""]["accuracy"]["value"] == 0.75
    assert found["0.65"]["accuracy"]["value"] == 1.0


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"problem_type": "Ranking"}, "problem_type is none of"),
        ({"problem_type": "Regression"}, "names no ground_truth_attribute"),
        (
            {"problem_type": "BinaryClassification", "ground_truth_attribute": "age"},
            "a binary problem has two labels",
        ),
        (
            {"problem_type": "BinaryClassification", "ground_truth_attribute": "ward"},
            "neither an inference_attribute nor",
        ),
    ],
)
def test_a_problem_that_is_told_wrong_is_refused(asked, message):
    with pytest.raises(SystemExit, match=message):
        model_quality.statistics(_table(), asked)


def _people(share):
    """Older people are positive in a share of the cases, younger in half of them."""
    ages = np.arange(20, 80).repeat(10)
    positive = np.arange(len(ages)) % 10 < np.where(ages > 49, share * 10, 5)
    return Table(["age", "y"], [[f"{a}", f"{int(p)}"] for a, p in zip(ages, positive, strict=True)])


def test_a_facet_of_numbers_is_parted_at_the_value_asked_for():
    asked = {
        "label": 1,
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "age", "value_or_threshold": [49]}],
    }
    document, errors = bias.analysis(_people(0.2), asked)
    (group,) = document["pre_training_bias_metrics"]["facets"]["age"]
    values = {one["name"]: one["value"] for one in group["metrics"]}
    assert (values["CI"], values["DPL"]) == (pytest.approx(0), pytest.approx(0.3))
    fair, _ = bias.analysis(_people(0.5), asked)
    broken = bias.violations(document, errors, fair)
    assert [one["metric_name"] for one in broken] == ["DPL"]
    assert bias.violations(document, errors, document) == []
    assert bias.violations(fair, errors, document) == []


def test_every_group_of_a_facet_is_measured_where_none_is_asked_for():
    rows = [[ward, str(i % 2)] for i, ward in enumerate("abc" * 40)]
    asked = {"label": "y", "label_values_or_threshold": ["1"], "facet": [{"name_or_index": 0}]}
    document, _ = bias.analysis(Table(["ward", "y"], rows), asked)
    groups = document["pre_training_bias_metrics"]["facets"]["ward"]
    assert [group["value_or_threshold"] for group in groups] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("predictor", "answers", "found"),
    [
        ({}, [["1", "0.9"], ["0", "0.2"]], ["1", "0"]),
        ({"label": 1}, [["0.9", "yes"]], ["yes"]),
        ({"probability": 1}, [["x", "0.9"], ["x", "0.2"]], ["1", "0"]),
        ({"label": "told.label"}, [{"told": {"label": "yes"}}], ["yes"]),
        (
            {"probability": "scores", "label_headers": ["a", "b"]},
            [{"scores": [0.2, 0.8]}, {"scores": [0.7, 0.3]}],
            ["b", "a"],
        ),
    ],
)
def test_labels_are_read_where_the_predictor_says(predictor, answers, found):
    assert asking.labels(answers, {"predictor": predictor}) == found


def test_a_probability_is_held_against_the_threshold_that_is_asked_for():
    asked = {"predictor": {"probability": 0}, "probability_threshold": 0.8}
    assert asking.labels([["0.9"], ["0.7"]], asked) == ["1", "0"]


def test_scores_are_numbers_in_a_line_for_each_answer():
    found = asking.scores([["yes", "0.25"], ["no", "0.5"]], {"predictor": {"label": 1}})
    assert found.tolist() == [[0.25], [0.5]]
    found = asking.scores([{"p": [0.25, 0.75]}], {"predictor": {"probability": "p"}})
    assert found.tolist() == [[0.25, 0.75]]
    with pytest.raises(SystemExit, match="answers have no numbers"):
        asking.scores([["yes"]], {"predictor": {"label": 0}})


@pytest.mark.parametrize(
    ("predictor", "message"),
    [
        ({"content_template": "{}"}, "with content_template is not asked"),
        ({"content_type": "image/png"}, "asked in image/png and answers in text/csv is not asked"),
        ({"accept_type": "text/plain"}, "answers in text/plain is not asked"),
    ],
)
def test_what_is_not_asked_is_told_before_there_is_an_endpoint(predictor, message):
    with pytest.raises(SystemExit, match=message), asking.asked_of("m", predictor):
        pass


@pytest.mark.parametrize(
    ("methods", "message"),
    [
        ({"pdp": {}}, "pdp is not measured; shap is"),
        ({"shap": {"text_config": {"language": "english"}}}, "shap with text_config"),
        ({"shap": {"agg_method": "max"}}, "agg_method is none of mean_abs, median, mean_sq"),
        ({"shap": {"baseline": "s3://b/baseline.csv"}}, "a baseline of shap is rows"),
        ({"shap": {"baseline": [[1]]}}, "a baseline of shap is rows"),
    ],
)
def test_what_is_not_explained_is_told(methods, message):
    with pytest.raises(SystemExit, match=message):
        explainability.analysis(["a", "b"], [[1, 2]], {"methods": methods}, lambda rows: rows)


def _explained(*weights, how="mean_abs"):
    rows = RANDOM.normal(size=(30, 2)).tolist()
    asked = {"methods": {"shap": {"baseline": [[0.0, 0.0]], "agg_method": how}}}

    def scores(some):
        return (np.array(some, dtype=float) @ np.array(weights)).reshape(-1, 1)

    return rows, explainability.analysis(["a", "b"], rows, asked, scores)


@pytest.mark.parametrize("how", explainability.AGGREGATES)
def test_shares_of_a_sum_are_what_its_features_add(how):
    rows, found = _explained(2.0, -1.0, how=how)
    values = found["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
    added = np.array(rows) * [2.0, -1.0]
    expected = explainability.AGGREGATES[how](added)
    assert [values["a"], values["b"]] == pytest.approx(expected.tolist())


def test_another_order_of_features_breaks_the_baseline_and_the_same_does_not():
    _, before = _explained(2.0, 0.1)
    assert explainability.violations(_explained(3.0, 0.2)[1], before) == []
    (found,) = explainability.violations(_explained(0.1, 2.0)[1], before)
    assert found["constraint_check_type"] == "feature_attribution_drift_check"


def test_a_model_is_asked_with_all_but_the_label_and_what_is_left_out():
    table = Table(["y", "a", "b", "c"], [["1", "2", "3", "4"]])
    assert bias.features(table, {"label": "y", "excluded_columns": ["b"]}) == ["a", "c"]
    assert bias.features(table, {"label": 0, "joinsource_name_or_index": 3}) == ["a", "b"]


def test_measures_that_are_not_known_are_told_by_name():
    asked = {
        "label": "y",
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "a"}],
        "methods": {"post_training_bias": {"methods": ["DPPL", "FT"]}},
    }
    with pytest.raises(SystemExit, match="FT is not measured; AD, DAR"):
        bias.analysis(Table(["y", "a"], [["1", "2"]]), asked, ["1"])

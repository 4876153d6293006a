import pytest

from embedded.sagemaker.definition import Invalid
from embedded.sagemaker.selection import remaining, selected
from tests.some_pipeline import check, fail

CHOOSE = check("Choose", arguments={"IfSteps": [fail("Yes")], "ElseSteps": [fail("No")]})
CHAIN = [
    fail("A"),
    fail("B", DependsOn=["A"]),
    fail("C", DependsOn=["B"]),
    {**CHOOSE, "DependsOn": ["C"]},
]


def _names(steps):
    return [step["Name"] for step in steps]


def test_what_has_a_result_is_not_done_again_and_a_condition_goes_its_way_again():
    assert _names(remaining(CHAIN, {"A": {}})) == ["B", "C", "Choose"]
    done = {"A": {}, "B": {}, "C": {}, "Choose": {"Outcome": False}}
    assert _names(remaining(CHAIN, done)) == ["No"]


def test_selected_steps_take_the_results_that_they_need():
    steps, results = selected(CHAIN, ["C"], {"A": 1, "B": 2})
    assert (_names(steps), results) == (["C"], {"B": 2})


def test_a_selected_condition_goes_on_with_the_selected_steps_of_its_branches():
    steps, _ = selected(CHAIN, ["Choose", "No"], {"C": 1})
    assert _names(steps) == ["Choose"]
    assert _names(steps[0]["Arguments"]["IfSteps"]) == []
    assert _names(steps[0]["Arguments"]["ElseSteps"]) == ["No"]


def test_a_step_of_a_branch_can_be_selected_without_its_condition():
    steps, results = selected(CHAIN, ["Yes"], {})
    assert (_names(steps), results) == (["Yes"], {})


@pytest.mark.parametrize(
    ("names", "source", "message"),
    [
        (["D"], {}, "the selected steps D do not exist"),
        (["A", "C"], {"B": 1}, "step B is between selected steps"),
        (["A", "Yes"], {}, "is between selected steps"),
        (["B"], {}, "need the results of A: name a SourcePipelineExecutionArn"),
    ],
)
def test_a_selection_that_can_not_run_is_refused(names, source, message):
    with pytest.raises(Invalid, match=message):
        selected(CHAIN, names, source)

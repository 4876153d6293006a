import json

import pytest

from embedded.sagemaker.definition import (
    Invalid,
    Scope,
    check_order,
    dependencies,
    foreseen,
    holds,
    parameters,
    resolve,
)

DECLARED = {
    "Parameters": [
        {"Name": "Uri", "Type": "String"},
        {"Name": "Count", "Type": "Integer", "DefaultValue": 1},
        {"Name": "Share", "Type": "Float", "DefaultValue": 0.5},
        {"Name": "Fast", "Type": "Boolean", "DefaultValue": False},
        {"Name": "Size", "Type": "String", "DefaultValue": "s", "EnumValues": ["s", "m"]},
    ]
}


@pytest.fixture
def scope():
    return Scope(
        parameters={"Count": 3, "Least": 0.8, "Fast": True},
        execution={"PipelineExecutionId": "abc123"},
        read={
            "s3://b/quality.json": json.dumps({"auc": {"value": 0.9}, "all": [1, 2]})
        }.__getitem__,
        steps={
            "Split": {
                "ProcessingOutputConfig": {
                    "Outputs": [
                        {"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}},
                        {"OutputName": "test", "S3Output": {"S3Uri": "s3://b/test"}},
                    ]
                },
                "PropertyFiles": {"Quality": "s3://b/quality.json"},
            },
        },
    )


def test_given_parameters_take_their_declared_type():
    given = {"Uri": "s3://b", "Count": "7", "Share": "0.25", "Fast": "true", "Size": "m"}
    assert parameters(DECLARED, given) == {
        "Uri": "s3://b",
        "Count": 7,
        "Share": 0.25,
        "Fast": True,
        "Size": "m",
    }


def test_parameters_that_are_not_given_take_their_default():
    assert parameters(DECLARED, {"Uri": ""})["Count"] == 1


def test_all_wrong_parameters_are_told_at_once():
    with pytest.raises(Invalid) as told:
        parameters(DECLARED, {"Count": "many", "Fast": "maybe", "Size": "xl", "Hue": "red"})
    for mistake in (
        "Parameter [Hue] does not exist",
        "Parameter [Uri] is missing a value",
        "Parameter [Count]: 'many' is not of type Integer",
        "Parameter [Fast]: 'maybe' is not of type Boolean",
        "Parameter [Size] must be one of s, m",
    ):
        assert mistake in str(told.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Parameters.Count", 3),
        ("Execution.PipelineExecutionId", "abc123"),
        (
            "Steps.Split.ProcessingOutputConfig.Outputs['test'].S3Output.S3Uri",
            "s3://b/test",
        ),
        ("Steps.Split.ProcessingOutputConfig.Outputs[0].OutputName", "train"),
    ],
)
def test_a_reference_keeps_the_type_of_what_it_refers_to(scope, path, value):
    assert resolve({"Nested": [{"Get": path}]}, scope) == {"Nested": [value]}


@pytest.mark.parametrize(
    "path",
    [
        "Parameters.Colour",
        "Steps.Train.ModelArtifacts",
        "Steps.Split.ProcessingOutputConfig.Outputs['dev'].S3Output",
        "Steps.Split.ProcessingOutputConfig.Outputs[2]",
        "Secrets.Password",
    ],
)
def test_a_reference_to_nothing_is_told_by_its_path(scope, path):
    with pytest.raises(Invalid) as told:
        resolve({"Get": path}, scope)
    assert path in str(told.value)


def test_join_writes_values_as_pipelines_do(scope):
    values = ["s3://b", {"Get": "Parameters.Count"}, {"Get": "Parameters.Fast"}]
    assert resolve({"Std:Join": {"On": "/", "Values": values}}, scope) == "s3://b/3/true"


@pytest.mark.parametrize(
    "file",
    [
        {"PropertyFile": {"Get": "Steps.Split.PropertyFiles.Quality"}},
        {"S3Uri": {"Std:Join": {"On": "/", "Values": ["s3://b", "quality.json"]}}},
    ],
)
def test_json_get_reads_a_property_file_or_an_object(scope, file):
    assert resolve({"Std:JsonGet": {**file, "Path": "auc.value"}}, scope) == 0.9
    assert resolve({"Std:JsonGet": {**file, "Path": "$.all[1]"}}, scope) == 2
    with pytest.raises(Invalid, match=r"f1\.value leads nowhere"):
        resolve({"Std:JsonGet": {**file, "Path": "f1.value"}}, scope)


@pytest.mark.parametrize(
    ("kind", "right", "outcome"),
    [
        ("Equals", 3, True),
        ("Equals", 4, False),
        ("GreaterThan", 3, False),
        ("GreaterThanOrEqualTo", 3, True),
        ("LessThan", 3, False),
        ("LessThanOrEqualTo", 3, True),
    ],
)
def test_a_comparison_holds_or_not(scope, kind, right, outcome):
    left = {"Get": "Parameters.Count"}
    condition = {"Type": kind, "LeftValue": left, "RightValue": right}
    assert holds(condition, scope) is outcome
    assert holds({"Type": "Not", "Condition": condition}, scope) is not outcome


def test_in_and_or_combine(scope):
    member = {"Type": "In", "QueryValue": {"Get": "Parameters.Count"}, "Values": [1, 3]}
    stranger = {**member, "Values": [1, 2]}
    assert holds({"Type": "Or", "Conditions": [stranger, member]}, scope)
    assert not holds({"Type": "Or", "Conditions": [stranger, stranger]}, scope)


def test_what_cannot_be_compared_or_is_unknown_is_invalid(scope):
    with pytest.raises(Invalid, match="'a' cannot be compared with 1"):
        holds({"Type": "LessThan", "LeftValue": "a", "RightValue": 1}, scope)
    with pytest.raises(Invalid, match="type Between are not emulated"):
        holds({"Type": "Between"}, scope)


def test_a_step_needs_what_it_refers_to_and_what_it_depends_on():
    step = {
        "Name": "C",
        "Type": "Training",
        "DependsOn": ["A"],
        "Arguments": {"Uri": [{"Std:Join": {"On": "", "Values": [{"Get": "Steps.B.Arn"}]}}]},
    }
    assert dependencies(step) == {"A": "Completed", "B": "Completed"}
    checked = {**step, "SuppliedBaselineStatistics": {"Get": "Steps.Q.Statistics"}}
    assert dependencies(checked) == {"A": "Completed", "B": "Completed", "Q": "Completed"}
    triggered = {**step, "DependsOn": [{"Step": "A", "Trigger": "Failed"}]}
    assert dependencies(triggered) == {"A": "Failed", "B": "Completed"}


def test_a_condition_does_not_need_what_its_branches_need():
    inner = {"Name": "D", "Type": "Fail", "Arguments": {"ErrorMessage": {"Get": "Steps.Z.Arn"}}}
    step = {"Name": "C", "Type": "Condition", "Arguments": {"Conditions": [], "IfSteps": [inner]}}
    assert dependencies(step) == {}


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ({"A": ["B"], "B": ["A"]}, "A, B wait for one another"),
        ({"A": ["B"]}, "step A refers to B, which is no step"),
    ],
)
def test_an_order_that_cannot_be_is_refused(edges, message):
    steps = [{"Name": name, "Type": "Fail", "DependsOn": on} for name, on in edges.items()]
    with pytest.raises(Invalid, match=message):
        check_order(steps)


def test_steps_of_a_branch_may_need_those_before_their_condition():
    inner = {"Name": "D", "Type": "Fail", "DependsOn": ["A"]}
    check_order(
        [
            {"Name": "C", "Type": "Condition", "Arguments": {"Conditions": [], "IfSteps": [inner]}},
            {"Name": "A", "Type": "Fail"},
        ]
    )


def test_what_is_known_before_the_first_step_is_foreseen():
    count = {"Get": "Parameters.Count"}
    value = {
        "Count": [count],
        "Uri": {"Std:Join": {"On": "/", "Values": ["s3:/", {"Get": "Steps.A.Name"}, count]}},
        "Later": {"Get": "Steps.A.Arn"},
        "Read": {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.A.PropertyFiles.F"}, "Path": "a"}},
    }
    assert foreseen(value, {"Count": 2}) == {
        "Count": [2],
        "Uri": "s3:///2",
        "Later": "",
        "Read": "",
    }

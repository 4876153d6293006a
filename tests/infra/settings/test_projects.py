import functools
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from infra.offline import recorded
from infra.settings.mistakes import Mistake
from infra.settings.projects import (
    ASKED,
    PARAMETERS,
    check_asked,
    check_channels,
    check_project,
    check_serving,
    check_trained_in_pods,
)

TABULAR = Path(__file__).resolve().parents[3] / "templates" / "tabular"
PIPELINE = "aws:sagemaker/pipeline:Pipeline"


@pytest.fixture
def root(tmp_path):
    shutil.copytree(TABULAR, tmp_path / "models" / "stay")
    return tmp_path


def definition(root):
    return json.loads((root / "models/stay/pipeline.json").read_text())


def write(root, changed):
    text = changed if isinstance(changed, str) else json.dumps(changed)
    (root / "models/stay/pipeline.json").write_text(text)


def test_a_project_made_from_the_template_is_fit(root):
    assert check_project("models/stay", root) is None


def test_a_project_can_compare_its_versions(root):
    (root / "models/stay/code/compare.py").unlink()
    message, hint = check_project("models/stay", root)
    assert message == "models/stay has no code/compare.py, by which its loop compares versions."
    assert hint == "Take that of templates/tabular/code/compare.py."


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_a_pipeline_declares_each_parameter_that_the_platform_sets(root, name):
    lacking = definition(root)
    lacking["Parameters"] = [one for one in lacking["Parameters"] if one["Name"] != name]
    write(root, lacking)
    message, _ = check_project("models/stay", root)
    assert message.startswith(
        f"models/stay/pipeline.json: the pipeline definition declares no parameter {name};"
    )


def test_a_parameter_has_the_type_of_what_the_platform_sets(root):
    wrong = definition(root)
    (count,) = (one for one in wrong["Parameters"] if one["Name"] == "TrainingInstanceCount")
    count.update(Type="String", DefaultValue="1")
    write(root, wrong)
    message, _ = check_project("models/stay", root)
    assert "TrainingInstanceCount is declared as String, and can't be 1" in message


def test_what_is_checked_is_what_the_platform_sets(root, project):
    shutil.copytree(root / "models/stay", root / "templates/tabular")
    shutil.copytree(project.root / "templates/jobs", root / "templates/jobs")
    without_defaults = definition(root)
    for one in without_defaults["Parameters"]:
        one.pop("DefaultValue", None)
    (root / "templates/tabular/pipeline.json").write_text(json.dumps(without_defaults))
    graph = recorded(replace(project, root=root), project.stack("local"))
    placed = json.loads(graph.one(PIPELINE).inputs["pipelineDefinition"])
    assert {
        one["Name"] for one in placed["Parameters"] if "DefaultValue" in one
    } == PARAMETERS.keys() | set(ASKED.values())


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("target", "y"),
        ("kind", "binary"),
        ("drop", ["id"]),
        ("accept", {"auc": 0.9}),
        ("monitor.bias.on", ["sex"]),
    ],
)
def test_a_setting_that_the_project_does_not_read_is_refused(root, setting, value):
    *groups, last = setting.split(".")
    asked = functools.reduce(lambda inner, key: {key: inner}, reversed(groups), {last: value})
    model = {"name": "stay", "project": "models/stay", **asked}
    assert list(check_asked(model, root)) == []
    lacking = definition(root)
    name = ASKED[setting]
    lacking["Parameters"] = [one for one in lacking["Parameters"] if one["Name"] != name]
    write(root, lacking)
    assert check_project("models/stay", root) is None
    assert list(check_asked(model, root)) == [
        Mistake(
            (*groups, last),
            f"would change nothing: models/stay/pipeline.json declares no parameter {name}.",
            "Declare it in models/stay/pipeline.py, as templates/tabular does.",
        )
    ]
    del model[[*groups, last][0]]
    assert list(check_asked(model, root)) == []


def test_a_channel_of_the_projects_own_is_not_shown_from_files(root):
    (own, *_) = (
        channel["ChannelName"]
        for step in definition(root)["Steps"]
        if step["Type"] == "Training"
        for channel in step["Arguments"]["InputDataConfig"]
    )
    files = {own: "fast/images", "images": "fast/images"}
    model = {"project": "models/stay", "training": {"files": files}}
    assert list(check_channels(model, root)) == [
        Mistake(
            ("training", "files", own),
            f"models/stay has a channel {own} of its own.",
            "Give the files another name.",
        )
    ]


def test_a_project_whose_training_pods_could_not_do_is_refused_where_they_should(root):
    streamed = definition(root)
    for step in streamed["Steps"]:
        if step["Type"] == "Training":
            step["Arguments"]["InputDataConfig"][0]["InputMode"] = "FastFile"
    model = {"project": "models/stay", "training": {"on": "kubernetes"}}
    assert list(check_trained_in_pods(model, root)) == []
    write(root, streamed)
    (mistake,) = check_trained_in_pods(model, root)
    assert mistake.path == ("training", "on")
    assert "step Train: pods have all of a prefix in S3" in mistake.message
    assert list(check_trained_in_pods({**model, "training": {}}, root)) == []


def test_what_the_delivery_compares_needs_no_parameter(root):
    lacking = definition(root)
    lacking["Parameters"] = [one for one in lacking["Parameters"] if one["Name"] != "Accept"]
    write(root, lacking)
    model = {"project": "models/stay", "accept": {"not_worse_than_live": False}}
    assert list(check_asked(model, root)) == []


def test_a_pipeline_that_was_changed_and_not_compiled_is_refused(root):
    source = root / "models/stay/pipeline.py"
    source.write_text(f"{source.read_text()}# changed\n")
    message, _ = check_project("models/stay", root)
    assert message == (
        "models/stay/pipeline.py has changed since pipeline.json was compiled; compile it with "
        "`make pipelines`."
    )
    changed = definition(root)
    del changed["Metadata"]
    write(root, changed)
    message, _ = check_project("models/stay", root)
    assert message.startswith("models/stay/pipeline.py is not said to be what pipeline.json was")
    source.unlink()
    assert check_project("models/stay", root) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "models/stay/pipeline.json: line 1 is no JSON"),
        ("[]", "models/stay/pipeline.json: a pipeline definition is an object with Steps."),
        (
            '{"Steps": [1], "Parameters": [1]}',
            "models/stay/pipeline.json is no pipeline definition",
        ),
    ],
)
def test_what_is_no_definition_is_told_with_its_file(root, text, words):
    (root / "models/stay/pipeline.py").unlink()
    write(root, text)
    message, _ = check_project("models/stay", root)
    assert message.startswith(words)


def test_a_project_without_code_is_told_with_its_folder(root):
    shutil.rmtree(root / "models/stay/code")
    assert check_project("models/stay", root) == ("models/stay/code: the project has no code.", "")


def test_a_folder_without_a_pipeline_is_answered_with_those_that_have_one(root):
    assert check_project("models/story", root) == (
        "models/story has no pipeline.json.",
        "Did you mean models/stay?",
    )
    assert check_project("elsewhere", root)[1] == "Model projects here: models/stay."


def served(instance):
    framework = {"huggingface": "4.55"}
    return {"project": "models/stay", "serving": {"instance": instance, "framework": framework}}


def test_a_project_is_served_in_another_image_where_it_registers_that_of_its_jobs(root):
    assert list(check_serving(served("ml.inf2.xlarge"), root)) == []
    text = json.dumps(definition(root))
    own = text.replace('"Image": {"Get": "Parameters.ImageUri"}', '"Image": "mine"')
    assert own != text
    write(root, own)
    assert list(check_serving(served("ml.inf2.xlarge"), root)) == [
        Mistake(
            ("serving", "framework"),
            "would change nothing: in models/stay/pipeline.json no version is registered with the "
            "image of the parameter ImageUri, in whose place another could serve.",
            "Let Register in models/stay/pipeline.py name image_uri, as templates/tabular does.",
        )
    ]
    assert list(check_serving({"project": "models/stay", "serving": {}}, root)) == []


@pytest.mark.parametrize("given", ["ml.m5.large", {"Get": "Parameters.ProcessingInstanceType"}])
def test_what_a_pipeline_transforms_on_fits_the_image_too(root, given):
    changed = definition(root)
    arguments = {"TransformResources": {"InstanceType": given, "InstanceCount": 1}}
    changed["Steps"].append({"Name": "Batch", "Type": "Transform", "Arguments": arguments})
    write(root, changed)
    (mistake,) = check_serving(served("ml.inf2.xlarge"), root)
    assert mistake.path == ("serving", "framework")
    assert mistake.message.startswith("step Batch of models/stay transforms on ml.m")
    assert mistake.message.endswith("and the image would be for ml.inf2.xlarge.")
    arguments["TransformResources"]["InstanceType"] = "ml.inf2.8xlarge"
    write(root, changed)
    assert list(check_serving(served("ml.inf2.xlarge"), root)) == []

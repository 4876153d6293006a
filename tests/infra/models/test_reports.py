from dataclasses import replace

import pytest

from infra.errors import InputError
from infra.models import registry, reports, shapes
from infra.models.registry import Version
from infra.settings.hours import Hours
from scripts import model_words
from tests.json_shapes import misfits

SNAPSHOT = {
    "schema": "maslow/snapshot",
    "version": 1,
    "files": [{}, {}],
    "rows": 569,
    "sha256": "a1",
}


def test_models_are_listed_in_the_order_of_their_file(place, register):
    register("Approved")
    register("PendingManualApproval")
    found = reports.listed(place)
    assert misfits(found, list[shapes.ListedShape]) == []
    assert [one["model"] for one in found] == ["readmission", "length-of-stay"]
    assert found[0] == {
        "model": "readmission",
        "approved": 1,
        "serving": None,
        "endpoint": None,
        "pods": None,
        "hours": None,
        "waiting": [2],
        "alarms": [],
    }
    assert found[1]["approved"] is None


def test_a_model_of_which_nothing_is_there_has_a_status(place):
    found = reports.status(place, "length-of-stay")
    assert misfits(found, shapes.StatusShape) == []
    assert (found["approved"], found["endpoint"], found["drift"]) == (None, None, [])


def in_hours(place, *, always_on=False):
    """The place, with hours, and its first model in or outside of them."""
    (model, *others) = place.stack.platform.models
    serving = model.serving.model_copy(update={"always_on": always_on})
    changed = {
        "models": (model.model_copy(update={"serving": serving}), *others),
        "hours": Hours(zone="Europe/Vienna"),
    }
    platform = place.stack.platform.model_copy(update=changed)
    return replace(place, stack=replace(place.stack, platform=platform))


def test_one_that_is_off_is_not_said_to_be_undeployed(place, register, capsys):
    register("Approved")
    office = in_hours(place)
    model_words.print_list(reports.listed(office))
    model_words.print_status(reports.status(office, "readmission"))
    said = " ".join(capsys.readouterr().out.split())
    assert "version 1 is approved, and is on mon-fri 07:00-19:00 Europe/Vienna" in said
    assert "Endpoint on mon-fri 07:00-19:00 Europe/Vienna there is none" in said


def test_one_that_is_always_on_has_no_hours(place):
    told = reports.listed(in_hours(place, always_on=True))
    assert [one["hours"] is None for one in told] == [True, False]


def test_why_tells_what_was_registered_and_decided(place, register, put):
    compared = {
        "candidate": {"package": "arn/1", "held_out": {"auc": 0.9}},
        "live": None,
        "better": True,
        "reason": "there is none to compare with",
    }
    execution = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/p/execution/abc"
    register(
        "Approved",
        image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/images@sha256:0a1b",
        snapshot=put("snapshot.json", SNAPSHOT),
        code="s3://artifacts/models/readmission/code/0123456789abcdef",
        execution=execution,
        comparison=put("comparison.json", compared),
    )
    found = reports.why(place, "readmission", None)
    assert misfits(found, shapes.WhyShape) == []
    assert found["snapshot"] == {
        "uri": "s3://artifacts/snapshot.json",
        "rows": 569,
        "sha256": "a1",
        "files": 2,
        "made_of": None,
    }
    assert found["code"] == "0123456789abcdef"
    assert found["image_digest"] == "sha256:0a1b"
    assert found["execution"] == execution
    assert (found["kind"], found["metrics"]) == ("binary", {"auc": 0.9, "f1": 0.7})
    assert found["comparison"]["reason"] == "there is none to compare with"
    assert found["rollout"] == "it is not deployed yet: there is no endpoint"

    place.client("sagemaker").update_model_package(
        ModelPackageArn=found["arn"], ModelApprovalStatus="Rejected", ApprovalDescription="ada: no"
    )
    again = reports.why(place, "readmission", 1)
    assert (again["status"], again["decision"]) == ("Rejected", "ada: no")


def test_what_an_older_version_was_not_registered_with_is_unknown(place, register):
    register("PendingManualApproval", metrics=None)
    found = reports.why(place, "readmission", 1)
    assert misfits(found, shapes.WhyShape) == []
    lacking = ("snapshot", "code", "image_digest", "metrics", "comparison", "execution")
    assert [found[name] for name in (*lacking, "decision")] == [None] * 7


def test_a_snapshot_that_cannot_be_read_is_told_by_where_it_is(place, register):
    register("Approved", snapshot="s3://artifacts/gone.json")
    assert reports.why(place, "readmission", None)["snapshot"] == {
        "uri": "s3://artifacts/gone.json",
        "rows": None,
        "sha256": None,
        "files": None,
        "made_of": None,
    }


def test_why_tells_which_snapshots_of_which_tables_were_learned_from(place, register, put):
    made = {
        "schema": "maslow/training-set",
        "as_of": "2026-01-31T12:00:00.000Z",
        "query": "a-b",
        "tables": [
            {"table": "lake.outcomes", "snapshot": None},
            {"table": "features.visits", "snapshot": "712"},
        ],
    }
    register("Approved", snapshot=put("made.json", {**SNAPSHOT, "made_of": made}))
    found = reports.why(place, "readmission", None)
    assert misfits(found, shapes.WhyShape) == []
    assert found["snapshot"]["made_of"] == {
        key: value for key, value in made.items() if key != "schema"
    }
    assert model_words._snapshot(found["snapshot"])[2:] == [
        "as of 2026-01-31T12:00:00.000Z, made by the query a-b of",
        "lake.outcomes, as it was then",
        "features.visits, snapshot 712",
    ]


def test_why_tells_the_search_that_a_version_is_the_best_of(place, register, capsys):
    register("Approved", execution="run")
    assert reports.why(place, "readmission", 1)["tuned"] is None
    properties = {"tuned:depth": "3", "tuned:algorithm": "boosting"}
    register("Approved", tuning="0a1b-Train-2c3d", training="0a1b-Train-2c3d-002", **properties)
    found = reports.why(place, "readmission", 2)
    assert misfits(found, shapes.WhyShape) == []
    assert found["tuned"] == {
        "job": "0a1b-Train-2c3d",
        "training": "0a1b-Train-2c3d-002",
        "found": {"depth": "3", "algorithm": "boosting"},
    }
    model_words.print_why(found)
    said = " ".join(capsys.readouterr().out.split())
    assert "algorithm boosting, depth 3" in said
    assert "by 0a1b-Train-2c3d, whose best training is 0a1b-Train-2c3d-002" in said


def test_why_is_asked_of_the_approved_version_before_the_newest(place, register):
    with pytest.raises(InputError, match="readmission has no version yet"):
        reports.why(place, "readmission", None)
    register("Approved")
    register("PendingManualApproval")
    assert reports.why(place, "readmission", None)["version"] == 1
    assert reports.why(place, "readmission", 2)["version"] == 2
    with pytest.raises(InputError, match="readmission has no version 3"):
        reports.why(place, "readmission", 3)


def served(version, *, coming=None, failure=None):
    def fleet(number, is_coming):
        return {
            "version": number,
            "coming": is_coming,
            "share": None,
            "instances": 1,
            "wanted": 1,
        }

    fleets = [fleet(version, False)] + ([fleet(coming, True)] if coming else [])
    return {
        "name": "e",
        "status": "Updating" if coming else "InService",
        "failure": failure,
        "fleets": fleets,
        "scaling": None,
    }


BACK = (
    "it does not serve, version 1 does: its deployment is still to come, or was rolled back: "
    "alarms went off"
)


@pytest.mark.parametrize(
    ("number", "endpoint", "said"),
    [
        (3, served(2), "it was not deployed: it waits for a decision"),
        (2, served(2), "it serves: the endpoint is InService"),
        (2, served(1, coming=2), "it is being deployed: the endpoint is Updating"),
        (2, None, "it is not deployed yet: there is no endpoint"),
        (
            2,
            served(1, failure="alarms went off"),
            BACK,
        ),
        (1, served(2), None),
    ],
)
def test_what_came_of_a_deployment_is_told_as_far_as_it_is_known(
    place, register, number, endpoint, said
):
    for status in ("Approved", "Approved", "PendingManualApproval"):
        register(status)
    found = registry.versions(place, "readmission")
    (version,) = [one for one in found if one.number == number]
    assert isinstance(version, Version)
    assert reports.rollout(version, found, endpoint) == said


def test_a_value_of_another_shape_would_be_found():
    good = {"version": 1, "arn": "a", "status": "Approved", "created": "t"}
    assert misfits(good, shapes.VersionShape) == []
    assert misfits({**good, "status": "approved"}, shapes.VersionShape)
    assert misfits({**good, "version": None}, shapes.VersionShape)
    assert misfits({**good, "more": 1}, shapes.VersionShape)
    assert misfits([{"x": "y"}], list[dict[str, float]])
    assert misfits("x", int | None)

"""What keeps experiments, and what is refused of it."""

import pytest

from infra.settings.experiments import Experiments

CENTER = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
PEOPLE = {"data-scientist": ["ds"], "auditor": ["risk"]}
ACCESS = {"identity_center": CENTER, "personas": PEOPLE}
NO_WAY_OUT = {"cidr": "10.10.0.0/16", "egress": "none"}


def test_sound_experiments_are_taken(found):
    assert found(experiments={}) == []
    assert found(experiments={"kind": "app", "artifact_days": 400}) == []
    asked = {"size": "large", "people": ["data-scientist"], "readers": ["auditor"]}
    assert found(access=ACCESS, experiments=asked) == []


@pytest.mark.parametrize(
    ("experiments", "said"),
    [
        ({"kind": "server"}, '"server" is not app or tracking-server'),
        ({"size": "huge"}, '"huge" is not small, medium or large'),
        ({"artifact_days": 0}, "experiments.artifact_days: "),
        ({"people": ["analyst"]}, '"analyst" is not a persona.'),
        ({"people": ["ml-engineer"]}, "nobody can sign in as ml-engineer."),
        ({"readers": ["reviewer"]}, "nobody can sign in as reviewer."),
        (
            {"people": ["data-scientist"], "readers": ["data-scientist"]},
            "data-scientist is among the people already",
        ),
        ({"kind": "app", "size": "small"}, "experiments.size: an app has none"),
        ({"kind": "app", "readers": ["auditor"]}, "experiments.readers: an app has none"),
    ],
)
def test_experiments_that_cannot_be_are_refused(found, experiments, said):
    (mistake,) = found(access=ACCESS, experiments=experiments)
    assert said in mistake


def test_no_app_is_reached_from_a_network_without_egress(found):
    (mistake,) = found(network=NO_WAY_OUT, experiments={"kind": "app"})
    assert mistake == "experiments.kind: without egress, jobs reach no app."
    assert found(network=NO_WAY_OUT, experiments={"kind": "tracking-server"}) == []


@pytest.mark.parametrize(
    ("asked", "region", "egress", "kind"),
    [
        ({}, "eu-west-1", "single", "app"),
        ({}, "eu-south-1", "single", "tracking-server"),
        ({}, "eu-west-1", "none", "tracking-server"),
        ({"size": "small"}, "eu-west-1", "single", "tracking-server"),
        ({"readers": ("auditor",)}, "eu-west-1", "single", "tracking-server"),
        ({"kind": "app"}, "eu-west-1", "none", "app"),
    ],
)
def test_an_app_keeps_them_where_it_can(asked, region, egress, kind):
    assert Experiments(**asked).kind_in(region, egress) == kind


def test_people_are_those_who_sign_in():
    personas = ("data-scientist", "auditor", "reviewer")
    assert Experiments().people_of(personas) == {"data-scientist": True}
    asked = Experiments(people=("reviewer",), readers=("auditor",))
    assert asked.people_of(personas) == {"auditor": False, "reviewer": True}

"""Studio in a stack file: who is in a team, and what AWS or the rest of the file would refuse."""

import json

import pytest

from infra.settings.studio import Studio, StudioTeam, profile_name
from infra.settings.studio_checks import check_setup

ANA = {"ana": "data-scientist"}
MODEL = {"name": "readmission", "project": "templates/tabular"}
VISITS = {
    "name": "visits",
    "record_id": "id",
    "event_time": "at",
    "features": {"id": "string", "at": "string"},
}


def team(**more):
    return {"teams": {"oncology": {"members": ANA, **more}}}


@pytest.mark.parametrize(
    "studio",
    [
        team(),
        team(members={"ana@example.com": "ml-engineer", "ben": "data-engineer"}),
        team(instances=["ml.t3.medium", "ml.g5.xlarge"], space_gb=50),
        team(models=["readmission"], features=["visits", "visits@1"]),
        team(reads=["curated.visits"], writes=["curated.oncology"]),
        team(repositories=["https://github.com/example/notebooks.git"]),
        {**team(), "idle_minutes": 525_600, "disk_gb": 16_384, "instances": ["ml.m5.large"]},
        {**team(), "domain": "d-0a1b2c3d4e5f"},
    ],
)
def test_a_team_has_people_and_what_they_work_with(found, studio):
    assert found(studio=studio, models=[MODEL], features=[VISITS]) == []


@pytest.mark.parametrize(
    ("studio", "said"),
    [
        ({}, "studio.teams: is missing"),
        ({"teams": {}}, "studio.teams"),
        ({"teams": {"oncology": {"members": {}}}}, "studio.teams.oncology.members"),
        ({"teams": {"oncology": {}}}, "studio.teams.oncology.members: is missing"),
        (team(members={"ana": "auditor"}), 'members.ana: "auditor" is not data-scientist'),
        (team(members={"a na": "ml-engineer"}), '"a na" is not a name of a person.'),
        (team(instances=["ml.c5.medium"]), '"ml.c5.medium" is not a studio instance type.'),
        (team(instances=["ml.inf2.xlarge"]), "ml.inf2.xlarge only"),
        (team(instances=["system"]), '"system" is not a studio instance type.'),
        (team(instances=[]), "studio.teams.oncology.instances"),
        (team(repositories=["git@github.com:example/x"]), "is not the address of a Git"),
        (team(space_gb=4), "studio.teams.oncology.space_gb"),
        ({**team(), "idle_minutes": 59}, "studio.idle_minutes"),
        ({**team(), "idle_minutes": 525_601}, "studio.idle_minutes"),
        ({**team(), "disk_gb": 16_385}, "studio.disk_gb"),
        ({**team(), "domain": "studio"}, '"studio" is not the id of a domain.'),
    ],
)
def test_what_studio_does_not_offer_is_named(found, studio, said):
    (mistake,) = found(studio=studio)
    assert said in mistake


@pytest.mark.parametrize(
    ("studio", "said"),
    [
        (team(models=["readmision"]), 'there is no model "readmision"'),
        (team(features=["visit"]), 'there is no feature group "visit"'),
        (team(reads=["cured.visits"]), "cured is not a zone."),
        (team(writes=["cured.visits"]), "cured is not a zone."),
        (team(space_gb=60), "60 GB are more than the 50 GB that a space may have here."),
        (
            team(members={"ana.b": "ml-engineer", "Ana-B": "ml-engineer"}),
            "ana.b of oncology and Ana-B would share the profile ana-b.",
        ),
    ],
)
def test_what_a_team_names_is_there(found, studio, said):
    (mistake,) = found(studio=studio, models=[MODEL], features=[VISITS])
    assert said in mistake


def test_a_person_is_in_one_team(found):
    teams = {"oncology": {"members": ANA}, "cardiology": {"members": ANA}}
    (mistake,) = found(studio={"teams": teams})
    assert "studio.teams.cardiology.members.ana: ana is in oncology too" in mistake


def test_nobody_starts_a_pipeline_that_is_elsewhere(found):
    (mistake,) = found(
        studio=team(models=["readmission"]),
        models=[MODEL],
        promotion={"from": "staging"},
        accounts={"dev": "111111111111", "staging": "222222222222"},
    )
    assert '"readmission" is trained in staging, and there is no pipeline to start here.' in mistake


@pytest.mark.parametrize("key", ["reads", "writes", "features"])
def test_studio_is_no_way_around_a_governed_lake(found, key):
    asked = team(**{key: ["visits" if key == "features" else "curated.visits"]})
    access = {"personas": {"data-scientist": ["arn:aws:iam::111111111111:user/ana"]}}
    (mistake,) = found(studio=asked, features=[VISITS], lake={"governed": True}, access=access)
    assert f"studio.teams.oncology.{key}: the lake is governed" in mistake
    assert found(studio=asked, features=[VISITS], access=access) == []


def test_without_a_way_out_no_repository_is_reached(found):
    repositories = team(repositories=["https://github.com/example/notebooks.git"])
    network = {"cidr": "10.10.0.0/16", "egress": "none"}
    (mistake,) = found(studio=repositories, network=network)
    assert "notebooks reach no Git repository" in mistake
    assert found(studio=repositories, network={**network, "egress": "single"}) == []


def test_without_a_way_out_studio_needs_its_endpoints(found):
    network = {"cidr": "10.10.0.0/16", "egress": "none"}
    assert found(studio=team(), network=network) == []
    (mistake,) = found(studio=team(), network={**network, "endpoints": ["logs", "kms", "sts"]})
    assert "sagemaker.api, sagemaker.runtime, sagemaker.studio cannot be reached" in mistake


def test_a_profile_is_called_as_the_person_is():
    assert profile_name("ana@example.com") == "ana-example-com"
    assert profile_name("ana") == "ana"


def test_a_teams_instances_stand_for_those_of_the_environment():
    own = StudioTeam(members=ANA, instances=("ml.g5.xlarge",))
    plain = StudioTeam(members=ANA)
    studio = Studio(teams={"own": own, "plain": plain})
    assert studio.instances_of(own) == ("ml.g5.xlarge",)
    assert studio.instances_of(plain) == ("ml.t3.medium",)


def test_a_script_that_apps_start_with_is_there_short_and_a_script(tmp_path):
    def said(content):
        (tmp_path / "setup.sh").write_bytes(content)
        values = {"studio": {"setup": "setup.sh"}}
        return [mistake.message for mistake in check_setup(values, tmp_path)]

    assert said(b"#!/bin/bash\n" + b"#" * 12_276) == []
    assert said(b"#!/bin/bash\n" + b"#" * 12_277) == [
        "setup.sh has 12,289 bytes, and SageMaker takes 12,288."
    ]
    assert said(b"echo\n") == ["setup.sh does not say what runs it."]
    assert said(b"#!/bin/bash\r\n") == [
        "lines of setup.sh end as on Windows, and a shell takes that for a part of them."
    ]
    (mistake,) = check_setup({"studio": {"setup": "none.sh"}}, tmp_path)
    assert mistake.message == "none.sh cannot be read: No such file or directory."


@pytest.mark.parametrize("path", ["setup.py", "../setup.sh", "/setup.sh", "a b.sh"])
def test_what_is_no_script_of_the_repository_is_refused(found, path):
    team = {"oncology": {"members": {"ana": "data-scientist"}}}
    (mistake,) = found(studio={"teams": team, "setup": path})
    assert "is not a shell script of this repository" in mistake


def test_a_team_is_offered_the_repositories_of_all_and_its_own_ten_together(found):
    every = [f"https://github.com/example/{number}.git" for number in range(8)]
    own = [f"https://github.com/example/{number}.git" for number in range(7, 10)]
    members = {"ana": "data-scientist"}

    def studio(repositories):
        teams = {"oncology": {"members": members, "repositories": repositories}}
        return {"teams": teams, "repositories": every}

    assert found(studio=studio(own)) == []
    read = Studio.model_validate_json(json.dumps(studio(own)))
    assert read.repositories_of(read.teams["oncology"]) == (*every, *own[1:])
    (mistake,) = found(studio=studio([*own, "https://github.com/example/more.git"]))
    assert "with those of studio.repositories they are 11" in mistake


def test_without_egress_nobody_is_offered_a_repository(found):
    teams = {"oncology": {"members": {"ana": "data-scientist"}}}
    network = {"cidr": "10.10.0.0/16", "egress": "none"}
    (mistake,) = found(
        studio={"teams": teams, "repositories": ["https://github.com/example/a.git"]},
        network=network,
    )
    assert mistake.startswith("studio.repositories: without egress")


ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/notebooks"
DIGEST = f"{ECR}@sha256:{'0' * 64}"


@pytest.mark.parametrize(
    "image",
    [
        {"image": DIGEST},
        {"image": f"{ECR}/torch:2.7"},
        {"image": DIGEST, "title": "PyTorch 2", "apps": ["jupyterlab"], "teams": ["oncology"]},
        {"image": DIGEST, "command": ["start", *["a" * 64] * 50], "environment": {"A_1": "b"}},
    ],
)
def test_people_may_work_in_images_of_their_own(found, image):
    assert found(studio={**team(), "images": {"torch": image}}) == []


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ({}, "images.torch.image: is missing"),
        ({"image": ECR}, "is not an image in ECR with a digest or a tag"),
        ({"image": "docker.io/jupyter/base-notebook:1"}, "is not an image in ECR"),
        ({"image": f"{ECR}/{'a' * 230}:1"}, "is not an image in ECR"),
        ({"image": DIGEST, "apps": []}, "images.torch.apps"),
        ({"image": DIGEST, "apps": ["rstudio"]}, '"rstudio" is not jupyterlab'),
        ({"image": DIGEST, "title": "PyTorch: new"}, '"PyTorch: new" is not a title.'),
        ({"image": DIGEST, "teams": ["onkology"]}, 'there is no team "onkology".'),
        ({"image": DIGEST, "command": ["start", "a" * 65]}, "has 65 characters, an argument 64."),
        ({"image": DIGEST, "command": ["start"] * 52}, "images.torch.command"),
        ({"image": DIGEST, "command": [" "]}, 'images.torch.command[1]: " " is blank.'),
        ({"image": DIGEST, "environment": {"A-1": "b"}}, '"A-1" is not an environment variable'),
        (
            {"image": DIGEST, "environment": {"MASLOW_IMAGE": "b"}},
            '"MASLOW_IMAGE" is not an environment variable',
        ),
        (
            {"image": DIGEST, "environment": {f"A{number}": "b" for number in range(25)}},
            "images.torch.environment",
        ),
    ],
)
def test_an_image_that_studio_does_not_start_is_refused(found, image, said):
    (mistake,) = found(studio={**team(), "images": {"torch": image}})
    assert said in mistake


@pytest.mark.parametrize("name", ["Torch", "py_torch", "a" * 31, "torch-"])
def test_a_name_that_images_cannot_have_is_refused(found, name):
    (mistake,) = found(studio={**team(), "images": {name: {"image": DIGEST}}})
    assert "is not a name of an image" in mistake


def test_a_kind_of_app_is_offered_two_hundred_images_at_most(found):
    images = {f"image-{number}": {"image": DIGEST} for number in range(201)}
    (mistake,) = found(studio={**team(), "images": images})
    assert "studio.images" in mistake


def test_a_team_is_offered_its_own_images_and_those_of_all():
    members = {"members": ANA}
    images = {"torch": {"image": DIGEST}, "r": {"image": DIGEST, "teams": ["oncology"]}}
    told = {"teams": {"oncology": members, "cardiology": members}, "images": images}
    studio = Studio.model_validate_json(json.dumps(told))
    assert [*studio.images_of("oncology")] == ["torch", "r"]
    assert [*studio.images_of("cardiology")] == [*studio.images_of(None)] == ["torch"]

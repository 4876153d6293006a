import json

import pytest

from scripts import bench_platform
from scripts.bench import process, write_project
from scripts.bench_figures import Process
from scripts.bench_platform import MODELS_A_TEAM, lines, with_teams


def run(folder, _module, _name, program, number):
    """A process of which a step takes a second, and its bare script a fifth of it."""
    if program in {"plan", "mocks"}:
        told = {"types": {"a:b:C": 1000}, "seconds": 1.0, "bytes": 1000}
    else:
        told = {"count": int(number), "seconds": int(number) / (1 if program == "pipeline" else 5)}
    return Process(3.0, 1.0, 1, json.dumps(told))


def test_what_a_step_costs_more_and_a_plan_are_told_with_what_is_beside_them():
    few, many, growth, plan = lines(run, lambda _: None)
    assert few == (
        "A pipeline of 2 steps takes 1.00 s a step on the embedded AWS, and its bare scripts "
        "0.20 s: 0.80 s more."
    )
    assert many.startswith("A pipeline of 8 steps")
    assert growth.startswith("Met: what a step costs more, most steps to fewest, is 1;")
    assert plan == (
        "A plan of 50 teams and 200 models, 1,000 resources, takes 3.0 s, and the same on Pulumi's "
        "stock mocks 3.0 s."
    )


def test_a_pipeline_that_stops_halfway_is_not_measured():
    def halfway(folder, _module, _name, program, number):
        return Process(1.0, 1.0, 1, json.dumps({"count": 1, "seconds": 1.0}))

    with pytest.raises(ValueError, match="pipeline did 1 of 2 steps"):
        next(lines(halfway, lambda _: None))


def test_teams_are_like_the_first_with_people_of_their_own(project):
    stack = project.stack("prod")
    first, *_ = stack.platform.studio.teams.values()
    studio = with_teams(stack, 3).platform.studio
    assert [*studio.teams] == ["team-00", "team-01", "team-02"]
    people = [person for team in studio.teams.values() for person in team.members]
    assert len(people) == len(set(people)) == 3 * len(first.members)


@pytest.mark.bench
def test_a_pipeline_and_its_scripts_do_as_many_steps(tmp_path):
    for program in ("pipeline", "scripts"):
        told = process(tmp_path, "-m", "scripts.bench_platform", program, "2").output
        assert bench_platform.Worked(**json.loads(told.splitlines()[-1])).count == 2


@pytest.mark.bench
def test_a_plan_of_teams_and_its_mocks_register_the_same(tmp_path):
    write_project(tmp_path)
    plan, mocks = (
        process(tmp_path, "-m", "scripts.bench_platform", program, "2").registered
        for program in ("plan", "mocks")
    )
    assert plan.types == mocks.types
    assert plan.types["aws:sagemaker/endpoint:Endpoint"] == 2 * MODELS_A_TEAM

import json

import pytest

from catalog.add_ons import add_ons
from scripts import bench
from scripts.bench import process
from scripts.bench_figures import Process
from scripts.bench_kubernetes import lines, with_teams, write_project


def run(folder, _module, _name, program, number):
    """A process of which a plan takes a second, and the mocks four."""
    told = {"types": {"a:b:C": 500}, "seconds": 1.0 if program == "plan" else 4.0, "bytes": 1000}
    return Process(told["seconds"], 1.0, 1, json.dumps(told))


def test_a_plan_is_told_with_what_is_beside_it():
    heard = []
    (told,) = lines(run, heard.append)
    assert told == (
        "A plan of a cluster with 30 teams and all add-ons, 500 resources, takes 1.0 s, 2.00 ms a "
        "resource, and the same on Pulumi's stock mocks 4.0 s, 8.00 ms a resource: 0.25 to 1."
    )
    assert heard == ["plan of a cluster with 30 teams"] * 3


def test_teams_are_like_the_first_in_a_cluster_with_all_add_ons(project):
    stack = project.stack("kubernetes")
    own = stack.platform.kubernetes.teams
    cluster = with_teams(stack, len(own) + 2).platform.kubernetes
    first, *_ = own.values()
    others = {key: team for key, team in cluster.teams.items() if key not in own}
    assert own.items() < cluster.teams.items()
    assert [*others.values()] == [first, first]
    assert {*cluster.add_ons} == {*add_ons()}
    with pytest.raises(ValueError, match="dev has no cluster"):
        with_teams(project.stack("dev"), 2)


def test_make_bench_measures_it():
    assert "scripts.bench_kubernetes" in [part.__name__ for part in bench.PARTS]


@pytest.mark.bench
def test_a_plan_of_a_cluster_and_its_mocks_register_the_same(tmp_path):
    write_project(tmp_path)
    plan, mocks = (
        process(tmp_path, "-m", "scripts.bench_kubernetes", program, "5").registered
        for program in ("plan", "mocks")
    )
    assert plan.types == mocks.types
    assert plan.types["maslow:index:KubernetesTeam"] == 5
    assert plan.types["maslow:index:AddOn"] == len(add_ons())

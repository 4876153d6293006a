import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest
from rich.console import Console

from infra.project import Project
from scripts.bench import explained, process, table, write_project
from scripts.bench_figures import (
    Aim,
    Comparison,
    Pair,
    Process,
    aims,
    compared,
    compared_command,
)
from scripts.bench_programs import Registered, with_models

PROGRAM = ("-m", "scripts.bench_programs")


def ran(seconds: float, resources: int = 100, size: int = 1000) -> Process:
    """A process that took so long to register, and as long again to import."""
    registered = Registered({"aws:sns/topic:Topic": resources}, seconds, size * resources)
    output = json.dumps(asdict(registered))
    return Process(3 * seconds, 2 * seconds, 10 * size * resources, output)


def pair(plan: float, mocks: float, resources: int = 100) -> Pair:
    return ran(plan, resources), ran(mocks, resources)


def told(found: list[Aim]) -> list[tuple[float, bool]]:
    return [(aim.value, aim.met) for aim in found]


def test_medians_are_of_each_side_and_the_ratio_is_of_the_pairs() -> None:
    comparison = compared(10, [pair(1, 10), pair(8, 16), pair(2, 4)])

    assert comparison.resources == 100
    assert comparison.repeats == 3
    assert comparison.plan.seconds == 6
    assert comparison.plan.ms_a_resource == 20
    assert comparison.plan.kb_a_resource == 1
    assert comparison.plan.peak_mb == 1
    assert comparison.mocks.ms_a_resource == 100
    assert comparison.ratio == 0.5


def test_what_registered_other_resources_is_not_compared() -> None:
    with pytest.raises(ValueError, match="not register the same"):
        compared(10, [(ran(1, 100), ran(1, 101))])


def test_the_command_is_compared_with_its_imports() -> None:
    comparison = compared_command(100, [pair(3, 2), pair(6, 3), pair(1, 1)])

    assert (comparison.seconds, comparison.bare_seconds) == (9, 6)
    assert comparison.ratio == 1.5


def test_a_small_plan_has_no_aims_of_its_own() -> None:
    assert list(aims([compared(10, [pair(1, 1, 3999)])], None)) == []


def test_a_large_plan_is_held_to_time_and_memory() -> None:
    slow, fast = pair(36, 100, 4000), pair(34, 100, 4000)

    assert told(list(aims([compared(100, [slow])], None))) == [(0.36, False), (1, True)]
    assert told(list(aims([compared(100, [fast])], None))) == [(0.34, True), (1, True)]


def test_growth_is_between_the_two_largest_plans() -> None:
    def growth(seconds: float) -> tuple[float, bool]:
        plans = [
            compared(n, [pair(s, 9, r)]) for n, s, r in ((1, 9, 1), (2, 1, 10), (3, seconds, 20))
        ]
        (aim,) = aims(plans, None)
        return aim.value, aim.met

    assert growth(2.2) == (pytest.approx(1.1), True)
    assert growth(2.6) == (pytest.approx(1.3), False)


def test_the_command_may_take_twice_the_bare_program() -> None:
    assert told(list(aims([], compared_command(9, [pair(4, 2)])))) == [(2, True)]
    assert told(list(aims([], compared_command(9, [pair(5, 2)])))) == [(2.5, False)]


def test_an_aim_reads_as_a_sentence_with_its_numbers() -> None:
    assert str(Aim("memory a resource", 54.123, 120, " kB")) == (
        "Met: memory a resource is 54.1 kB; the aim is at most 120 kB."
    )
    assert str(Aim("it", 3, 2)) == "Missed: it is 3; the aim is at most 2."


def test_the_table_shows_both_sides() -> None:
    plans: list[Comparison] = [compared(None, [pair(1, 4)]), compared(1000, [pair(2, 4)])]
    console = Console(width=100)
    with console.capture() as captured:
        console.print(table(plans))

    text = captured.get()
    assert "10.00 | 40.00" in text
    assert "prod" in text
    assert "1,000" in text
    assert "0.25" in text


def test_the_words_tell_how_often_and_what_was_met() -> None:
    plans = [compared(None, [pair(1, 4)] * 3), compared(10, [pair(2, 4)])]
    command = compared_command(248, [pair(1, 2)] * 5)
    first, second, *rest = explained(plans, command, [Aim("it", 1, 2)])

    assert "(row by row 3, 1)" in first
    assert "takes 3.0 s" in second
    assert "(248) on the stock mocks takes 6.0 s" in second
    assert rest == ["Met: it is 1; the aim is at most 2."]


def test_a_process_is_measured_with_what_it_prints(tmp_path: Path) -> None:
    run = process(tmp_path, "-c", "print('x' * 3); sum(range(10**6))")

    assert run.output == "xxx\n"
    assert run.cpu_seconds > 0
    assert run.seconds > 0
    assert run.peak_bytes > 1e6


def test_a_program_that_fails_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError, match="status 3"):
        process(tmp_path, "-c", "raise SystemExit(3)")


def test_an_environment_is_widened_by_copies_of_its_first_model(project: Project) -> None:
    stack = project.stack("prod")
    wide = with_models(stack, 1000).platform.models

    assert len({model.name for model in wide}) == 1000
    first = stack.platform.models[0]
    assert all(model.model_copy(update={"name": first.name}) == first for model in wide)
    assert stack.platform.models[0].name == first.name


@pytest.mark.bench
def test_a_plan_and_its_mocks_register_the_same_and_the_bare_program_as_many(
    tmp_path: Path,
) -> None:
    write_project(tmp_path)

    def registered(program: str, argument: object) -> Registered:
        return process(tmp_path, *PROGRAM, program, json.dumps(argument)).registered

    plan, mocks = registered("plan", 1), registered("mocks", 1)
    assert plan.types == mocks.types
    assert plan.types["aws:sagemaker/endpoint:Endpoint"] == 1

    assert registered("bare", plan.types).types == {"aws:sns/topic:Topic": plan.resources}

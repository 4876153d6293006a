from scripts import bench_monitor
from scripts.bench import process
from scripts.bench_figures import Process


def test_the_words_tell_what_was_measured(monkeypatch):
    monkeypatch.setenv("PATH", "")

    def run(folder, *arguments, **more):
        if "alarms" in arguments:
            return Process(1.0, 1.0, 1, "3\n")
        if "fallen" in arguments:
            return Process(1.0, 1.0, 1, "2\n" if arguments[-1] == "0.0" else "290\n")
        return process(folder, *arguments, **more)

    told = [*bench_monitor.lines(run, lambda _: None, rows=10_000)]
    table, captures, beside, errs, same, worse = told

    assert "for 10,000 rows of 50 features in CSV; status ok." in table
    assert "for 10,000 rows of 50 features in captures; status ok." in captures
    assert "Evidently stands beside it where its command is on the path" in beside
    assert errs.endswith("3 found any; the aim is at most 10.")
    assert same.endswith("answers as good as before, 2 have a fallen metric.")
    assert worse.endswith("are chance, 290 have a fallen metric.")


def test_evidently_is_run_by_the_python_beside_its_command(monkeypatch, tmp_path):
    command = tmp_path / "evidently"
    command.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    asked = []

    def run(folder, *arguments, python="own"):
        asked.append(python)
        (folder / "report").mkdir(exist_ok=True)
        (folder / "report/report.json").write_text('{"rows": 1, "status": "ok"}')
        return Process(60.0, 1.0, 2_000_000, "0.7.23\n" if "fallen" not in arguments else "0\n")

    _, _, beside, *_ = bench_monitor.lines(run, lambda _: None, rows=10_000)

    assert str(tmp_path / "python") in asked
    assert beside.startswith("Evidently 0.7.23 takes 60 s and 2 MB")


def test_runs_without_drift_are_counted():
    assert bench_monitor.alarms(runs=5, rows=200) == 0


def test_a_run_with_drift_would_be_counted(monkeypatch):
    monkeypatch.setattr(bench_monitor.drift, "status", lambda *_: "drift")

    assert bench_monitor.alarms(runs=3, rows=100) == 3


def test_runs_of_worse_answers_are_counted():
    assert bench_monitor.fallen(runs=1, rows=2000) == 0
    assert bench_monitor.fallen(runs=1, rows=2000, worse=1.0) == 1

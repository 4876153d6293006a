import pytest

JOB = {
    "name": "visits",
    "script": "templates/jobs/clean.py",
    "reads": ["raw.visits"],
    "writes": ["curated.visits"],
}


@pytest.fixture
def found_in_job(found):
    """Each mistake of a job that keywords change; paths begin below it."""

    def check(**changes):
        mistakes = found(jobs=[JOB | changes])
        return [mistake.removeprefix("jobs[visits].") for mistake in mistakes]

    return check


def test_a_sound_job_is_taken(found_in_job):
    assert found_in_job() == []
    assert (
        found_in_job(
            on={"arrival": "raw.visits", "schedule": "cron(0 6 * * ? *)"},
            reads=["raw.visits", "curated.wards/2026"],
            arguments={"days": 7, "strict": True},
            size={"max_vcpu": 64},
        )
        == []
    )


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("visits", '"visits" is not a place of the lake.'),
        ("raw.", '"raw." is not a place of the lake.'),
        ("raw.visits/", '"raw.visits/" is not a place of the lake.'),
        ("curate.visits", "curate is not a zone."),
    ],
)
def test_a_place_is_a_zone_and_a_prefix(found_in_job, place, said):
    assert found_in_job(reads=[place]) == [f"reads[1]: {said}"]


def test_a_job_that_writes_what_it_reads_is_refused(found_in_job):
    assert found_in_job(writes=["raw.visits"]) == ["writes[1]: it reads raw.visits, too."]
    assert found_in_job(writes=["raw.visits/clean"]) == [
        "writes[1]: raw.visits/clean overlaps with raw.visits, which it reads."
    ]
    assert found_in_job(writes=["raw.visits-clean"]) == []


def test_an_arrival_is_of_what_the_job_reads(found_in_job):
    assert found_in_job(on={"arrival": "raw.visits/today"}) == []
    assert found_in_job(on={"arrival": "raw.wards"}) == ["on.arrival: it does not read raw.wards."]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"script": "../visits.py"}, 'script: "../visits.py" is not a script of this repository.'),
        ({"script": "visits.sh"}, 'script: "visits.sh" is not a script of this repository.'),
        ({"engine": "spark"}, 'engine: "spark" is not emr-serverless, emr, emr-on-eks or glue'),
        ({"on": {"schedule": "dayly"}}, 'on.schedule: "dayly" is not hourly, daily, weekly'),
        ({"arguments": {"date": "x"}}, "arguments.date: the platform itself tells each script"),
        ({"size": {"max_vcpu": 4}}, "size.max_vcpu: 4 is too small: at least 8."),
        ({"size": {"max_vcpu": 17}}, "size.max_vcpu: 17 is not a multiple of 4."),
        ({"max_minutes": 1}, "max_minutes: 1 is too small: at least 5."),
    ],
)
def test_what_does_not_fit_is_told(found_in_job, changes, said):
    (mistake,) = found_in_job(**changes)
    assert mistake.startswith(said)


def test_a_schedule_that_never_fires_is_refused(found_in_job):
    (mistake,) = found_in_job(on={"schedule": "cron(0 6 30 2 ? *)"})
    assert mistake.startswith('on.schedule: "cron(0 6 30 2 ? *)"')


def test_a_job_comes_after_one_that_there_is_and_not_in_a_circle(found):
    later = JOB | {"name": "later", "reads": ["curated.visits"], "writes": ["features.visits"]}
    assert found(jobs=[JOB, later | {"on": {"after": "visits"}}]) == []
    assert found(jobs=[JOB, later | {"on": {"after": "visit"}}]) == [
        "jobs[later].on.after: there is no job visit."
    ]
    circle = found(jobs=[JOB | {"on": {"after": "later"}}, later | {"on": {"after": "visits"}}])
    assert circle == [
        "jobs[visits].on.after: visits after later after visits: it would never begin.",
        "jobs[later].on.after: later after visits after later: it would never begin.",
    ]


def test_two_jobs_have_two_names(found):
    assert found(jobs=[JOB, JOB]) == ["jobs[visits].name: two jobs are called visits."]


def test_a_run_is_no_larger_than_all_may_be(found):
    assert found(jobs=[JOB | {"size": {"max_vcpu": 80}}]) == [
        "jobs[visits].size.max_vcpu: 80 vCPUs are more than all jobs have together, which is 64."
    ]
    assert found(jobs=[JOB | {"size": {"max_vcpu": 80}}], spark={"max_vcpu": 80}) == []


def test_a_run_of_glue_has_a_limit_of_its_own_and_none_of_the_application(found):
    glue = JOB | {"engine": "glue"}
    assert found(jobs=[glue | {"size": {"max_vcpu": 80}}]) == []
    assert found(jobs=[glue | {"size": {"max_vcpu": 1200}}]) == [
        "jobs[visits].size.max_vcpu: 1200 vCPUs are more than a run of Glue has, which is 1196."
    ]


def test_what_glue_takes_for_itself_is_no_argument_of_a_script(found_in_job):
    assert found_in_job(engine="glue", arguments={"conf": "x"}) == [
        "arguments.conf: Glue takes --conf for itself."
    ]
    assert found_in_job(arguments={"conf": "x"}) == []


def test_what_jobs_run_on_needs_jobs(found):
    assert found(spark={"idle_minutes": 5}) == [
        "spark: there are no jobs, and so nothing runs on it."
    ]


def test_workers_that_are_kept_ready_fit_into_the_limit(found):
    (mistake,) = found(jobs=[JOB], spark={"max_vcpu": 16, "warm": {"workers": 4}})
    assert mistake == (
        "spark.warm.workers: 4 workers and a driver have 20 vCPUs, and max_vcpu is 16."
    )


def test_a_script_that_is_not_there_or_not_python_is_told_with_its_line(project, tmp_path):
    from infra.settings import SettingsError, load

    (tmp_path / "stacks").mkdir()
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "broken.py").write_text("def clean(:\n")
    path = tmp_path / "stacks" / "Pulumi.dev.yaml"
    path.write_text(
        "config:\n"
        "  aws:region: eu-west-1\n"
        "  maslow:platform:\n"
        "    owner: ml@example.com\n"
        "    network: {cidr: 10.10.0.0/16}\n"
        "    source: {github: example/platform}\n"
        "    jobs:\n"
        "      - {name: a, script: jobs/none.py, reads: [raw.a], writes: [curated.a]}\n"
        "      - {name: b, script: jobs/broken.py, reads: [raw.b], writes: [curated.b]}\n"
    )
    with pytest.raises(SettingsError) as raised:
        load(path)
    told = [(one.line, one.setting, one.message) for one in raised.value.mistakes]
    assert [one[:2] for one in told] == [(8, "jobs[a].script"), (9, "jobs[b].script")]
    assert told[0][2] == "jobs/none.py cannot be read: No such file or directory."
    assert told[1][2].startswith("jobs/broken.py is not Python: ")


VISITS = {"name": "visits", "record_id": "id", "event_time": "id", "features": {"id": "string"}}


def test_a_job_fills_feature_groups_that_there_are(found):
    fills = {key: value for key, value in JOB.items() if key != "writes"}
    groups = [VISITS, VISITS | {"version": 3}]
    for sound in ("visits", "visits@1", "visits@3"):
        assert found(features=groups, jobs=[fills | {"fills": [sound]}]) == []
    assert found(features=groups, jobs=[fills | {"fills": ["visits@2", "visit"]}]) == [
        'jobs[visits].fills[1]: there is no feature group "visits@2".',
        'jobs[visits].fills[2]: there is no feature group "visit".',
    ]
    assert found(features=groups, jobs=[fills | {"fills": ["visits@0"]}]) == [
        'jobs[visits].fills[1]: "visits@0" names no feature group.'
    ]


def test_something_comes_of_a_job(found_in_job):
    assert found_in_job(writes=[]) == ["writes: it writes no place and fills no feature group."]


def test_a_job_reads_and_writes_any_zone_that_the_lake_has(found):
    job = {
        "name": "visits",
        "script": "templates/jobs/clean.py",
        "reads": ["raw.visits"],
        "writes": ["gold-a.visits"],
    }
    assert found(jobs=[job], lake={"zones": {"gold-a": {}}}) == []
    (mistake,) = found(jobs=[job])
    assert mistake == "jobs[visits].writes[1]: gold-a is not a zone."


def test_a_streaming_job_is_told_of_its_checkpoint_by_the_platform(found):
    job = {
        "name": "vitals",
        "script": "templates/jobs/stream.py",
        "reads": ["raw.vitals"],
        "writes": ["curated.vitals"],
        "arguments": {"checkpoint": "mine"},
    }
    assert found(jobs=[job]) == []
    (mistake,) = found(jobs=[{**job, "streaming": True}])
    assert "the platform itself tells each script --checkpoint." in mistake

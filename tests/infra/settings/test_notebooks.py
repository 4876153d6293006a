"""EMR Studio in the settings: who works there, and who lets people in."""

import pytest

from infra.settings import from_config

USER = ["arn:aws:iam::111111111111:user/someone"]
CENTER = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
SAML = "arn:aws:iam::111111111111:saml-provider/idp"
ENGINEERS = {"reads": ["raw.visits"], "writes": ["curated.visits"]}
BY_ROLE = {"personas": {"data-engineer": USER, "data-scientist": USER}}
BY_GROUP = {"identity_center": CENTER, "personas": {"auditor": ["auditors"]}}


@pytest.fixture
def studio(found):
    """Checks a studio of data engineers, who sign in by their role; keywords change it."""

    def check(persona=ENGINEERS, access=BY_ROLE, lake=None, **changes):
        personas = changes.pop("personas", {"data-engineer": persona})
        spark = {"studio": {"personas": personas, **changes}}
        return found(spark=spark, access=access, lake=lake or {})

    return check


def test_a_studio_needs_no_jobs(studio):
    assert studio() == []
    assert studio(page={"url": "https://idp.example.com"}, access={**BY_ROLE, "saml": SAML}) == []


def test_what_of_spark_is_for_jobs_alone_is_refused_without_any(found):
    spark = {"studio": {"personas": {"data-engineer": ENGINEERS}}, "release": "emr-7.11.0"}
    assert found(spark=spark, access=BY_ROLE) == []
    assert found(spark={**spark, "max_runs": 2}, access=BY_ROLE) == [
        "spark.max_runs: there are no jobs, and so nothing runs on it."
    ]


def test_a_release_that_runs_no_notebooks_is_refused(found):
    spark = {"studio": {"personas": {"data-engineer": ENGINEERS}}}
    assert found(spark={**spark, "release": "emr-6.14.0"}, access=BY_ROLE) == []
    assert found(spark={**spark, "release": "emr-6.13.0"}, access=BY_ROLE) == [
        "spark.release: emr-6.13.0 runs no notebooks, which spark.studio is for."
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"personas": {}}, "spark.studio.personas: "),
        ({"personas": {"reviewer": ENGINEERS}}, "spark.studio.personas"),
        ({"persona": {}}, "notebooks that see no place have nothing to work with."),
        ({"persona": {"reads": ["visits"]}}, '"visits" is not a place of the lake.'),
        ({"persona": {"reads": ["row.visits"]}}, "row is not a zone."),
        ({"persona": {"writes": ["rwa.visits"]}}, "writes[1]: rwa is not a zone."),
        ({"max_vcpu": 20}, "spark.studio.max_vcpu: "),
        ({"max_vcpu": 26}, "spark.studio.max_vcpu: "),
        ({"idle_minutes": 0}, "spark.studio.idle_minutes: "),
        ({"page": {"url": "http://idp.example.com"}}, "is not the address of a page"),
        (
            {"page": {"url": "https://idp.example.com"}},
            "spark.studio.page: there is no access.saml",
        ),
        ({"access": {}}, "nobody can sign in as data-engineer."),
        ({"persona": {**ENGINEERS, "groups": ["a"]}}, "groups are Identity Center's"),
        ({"access": BY_GROUP}, "no group comes as this persona."),
        ({"access": BY_GROUP, "persona": {**ENGINEERS, "groups": ["a*"]}}, "of a group"),
        ({"access": BY_GROUP, "persona": {**ENGINEERS, "groups": ["a", "a"]}}, "a is here twice"),
    ],
)
def test_a_studio_that_cannot_be_is_refused(studio, changes, said):
    assert any(said in mistake for mistake in studio(**changes)), studio(**changes)


def test_groups_come_as_one_persona_each(studio):
    both = {
        "data-engineer": {**ENGINEERS, "groups": ["engineers", "leads"]},
        "data-scientist": {"reads": ["curated.visits"], "groups": ["scientists"]},
    }
    assert studio(personas=both, access=BY_GROUP) == []
    both["data-scientist"]["groups"] = ["scientists", "leads"]
    assert studio(personas=both, access=BY_GROUP) == [
        (
            "spark.studio.personas.data-scientist.groups[2]: leads comes as data-engineer "
            "already, and a group has one policy."
        )
    ]


def test_data_scientists_read_no_files_of_a_governed_lake(studio):
    both = {"data-engineer": ENGINEERS, "data-scientist": {"reads": ["curated.visits"]}}
    assert studio(personas=both) == []
    (mistake,) = studio(personas=both, lake={"governed": True})
    assert mistake.startswith("spark.studio.personas.data-scientist: the lake is governed")


def test_without_egress_the_endpoints_of_spark_come_by_themselves_or_are_asked_for(found):
    spark = {"studio": {"personas": {"data-engineer": ENGINEERS}}}
    network = {"cidr": "10.10.0.0/16", "egress": "none"}
    assert found(spark=spark, access=BY_ROLE, network=network) == []
    (mistake,) = found(spark=spark, access=BY_ROLE, network={**network, "endpoints": ["sts"]})
    assert mistake.startswith("network.endpoints: without egress, ")
    assert "glue" in mistake


def test_a_studio_reads_as_it_was_written():
    values = {
        "owner": "ml@example.com",
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
        "access": BY_ROLE,
        "spark": {"studio": {"personas": {"data-engineer": ENGINEERS}}},
    }
    studio = from_config(values, "eu-west-1", "dev").platform.spark.studio
    assert studio.personas["data-engineer"].writes == ("curated.visits",)
    assert (studio.max_vcpu, studio.idle_minutes, studio.page) == (32, 30, None)

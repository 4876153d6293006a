import pytest

from tests.embedded.extensions.kubernetes import refused, request

INVALID = "ValidationException"
JOB = {
    "executionRoleArn": "arn:aws:iam::123456789012:role/spark",
    "releaseLabel": "emr-7.12.0-latest",
    "jobDriver": {"sparkSubmitJobDriver": {"entryPoint": "s3://code/clean.py"}},
}


@pytest.fixture(scope="module")
def emr(cloud):
    for name in ("spark", "other"):
        cloud.client("eks").create_cluster(**request(cloud, name))
    return cloud.client("emr-containers")


def provider(cluster="spark", namespace="jobs", type_="EKS"):
    return {"id": cluster, "type": type_, "info": {"eksInfo": {"namespace": namespace}}}


def test_a_virtual_cluster_is_one_of_a_namespace_of_a_cluster(emr):
    first = emr.create_virtual_cluster(name="first", containerProvider=provider())
    again = {"name": "again", "containerProvider": provider()}
    refused(emr.create_virtual_cluster, INVALID, "already exists in the given namespace", **again)
    emr.create_virtual_cluster(name="beside", containerProvider=provider("other"))
    emr.delete_virtual_cluster(id=first["id"])
    anew = emr.create_virtual_cluster(name="anew", containerProvider=provider())
    states = {each["id"]: each["state"] for each in emr.list_virtual_clusters()["virtualClusters"]}
    assert states[first["id"]] == "TERMINATED"
    assert states[anew["id"]] == "RUNNING"


@pytest.mark.parametrize(
    ("place", "match"),
    [
        (provider("nowhere"), "EKS cluster nowhere does not exist"),
        ({"id": "spark", "type": "EKS"}, "names no namespace"),
    ],
)
def test_a_namespace_of_nothing_is_refused(emr, place, match):
    asked = {"name": "wrong", "containerProvider": place}
    refused(emr.create_virtual_cluster, INVALID, match, **asked)


def test_a_template_is_kept_until_it_is_deleted(emr):
    made = emr.create_job_template(name="clean", jobTemplateData=JOB, tags={"team": "oncology"})
    assert emr.describe_job_template(id=made["id"])["jobTemplate"]["jobTemplateData"] == JOB
    assert [each["id"] for each in emr.list_job_templates()["templates"]] == [made["id"]]
    emr.tag_resource(resourceArn=made["arn"], tags={"stage": "dev"})
    emr.untag_resource(resourceArn=made["arn"], tagKeys=["team"])
    assert emr.list_tags_for_resource(resourceArn=made["arn"])["tags"] == {"stage": "dev"}
    emr.delete_job_template(id=made["id"])
    gone = {"id": made["id"]}
    refused(emr.describe_job_template, "ResourceNotFoundException", "doesn't exist", **gone)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"jobDriver": {}}, "A job has one driver"),
        ({"releaseLabel": "7.12"}, "Release 7.12 doesn't exist"),
    ],
)
def test_a_template_of_no_job_is_refused(emr, change, match):
    asked = {"name": "wrong", "jobTemplateData": {**JOB, **change}}
    refused(emr.create_job_template, INVALID, match, **asked)

import pytest
from botocore.exceptions import ClientError


@pytest.mark.parametrize(
    "release", ["emr-7.12.0", "emr-7.12.0-latest", "emr-6.15.0-20240101", "emr-spark-8.0.0"]
)
def test_every_spelling_of_a_release_is_taken(cloud, release):
    serverless, emr = cloud.client("emr-serverless"), cloud.client("emr")
    made = serverless.create_application(name="jobs", releaseLabel=release, type="spark")
    told = serverless.get_application(applicationId=made["applicationId"])["application"]
    assert (told["releaseLabel"], told["type"], told["state"]) == (release, "Spark", "CREATED")
    assert told["architecture"] == "X86_64"
    instances = {"MasterInstanceType": "m5.xlarge", "InstanceCount": 1}
    flow = emr.run_job_flow(
        Name="cluster", ReleaseLabel=release, Instances=instances, ServiceRole="s", JobFlowRole="j"
    )
    assert emr.describe_cluster(ClusterId=flow["JobFlowId"])["Cluster"]["ReleaseLabel"] == release


@pytest.mark.parametrize("release", ["7.12.0", "emr-7", "emr-seven.1.0"])
def test_what_is_no_release_is_refused(cloud, release):
    with pytest.raises(ClientError, match=f"There is no release {release}"):
        cloud.client("emr-serverless").create_application(
            name="jobs", releaseLabel=release, type="SPARK"
        )


def test_an_application_for_notebooks_is_one_until_it_is_changed(cloud):
    serverless = cloud.client("emr-serverless")
    made = serverless.create_application(
        name="notebooks",
        releaseLabel="emr-6.14.0",
        type="SPARK",
        interactiveConfiguration={"studioEnabled": True},
    )["applicationId"]

    def told():
        return serverless.get_application(applicationId=made)["application"]

    assert told()["interactiveConfiguration"] == {"studioEnabled": True}
    serverless.update_application(
        applicationId=made, schedulerConfiguration={"maxConcurrentRuns": 4}
    )
    assert told()["interactiveConfiguration"] == {"studioEnabled": True}
    assert told()["schedulerConfiguration"] == {"maxConcurrentRuns": 4}
    serverless.update_application(
        applicationId=made, interactiveConfiguration={"studioEnabled": False}
    )
    assert told()["interactiveConfiguration"] == {"studioEnabled": False}


def test_a_release_older_than_notebooks_runs_none(cloud):
    serverless = cloud.client("emr-serverless")
    asked = {"name": "old", "releaseLabel": "emr-6.13.0", "type": "SPARK"}
    with pytest.raises(ClientError, match=r"emr-6\.13\.0 runs no notebooks"):
        serverless.create_application(**asked, interactiveConfiguration={"studioEnabled": True})
    assert serverless.create_application(**asked)["applicationId"]

import gc
import json
import os
import threading

import pulumi
import pulumi_aws as aws
import pytest

from embedded.lifecycle import Refused
from embedded.resources import Resources
from infra.graph import Run
from infra.hosts.in_process import InProcessHost
from infra.hosts.progress import Operation, Phase
from infra.live import held_in, outputs_in, state_of_stack

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


@pytest.fixture
def steps():
    return []


@pytest.fixture
def host(cloud, steps):
    started = InProcessHost(
        Resources(cloud), Run(stack="local"), cloud.environment, on_step=steps.append
    )
    yield started
    started.destroy()


def done(steps):
    return [(step.operation, step.name) for step in steps if step.phase is Phase.DONE]


def buckets(cloud):
    return {bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]}


def one_bucket(**args):
    def program():
        bucket = aws.s3.Bucket("raw", **args)
        pulumi.export("bucket", bucket.bucket)

    return program


def test_what_the_program_declares_stands_afterwards(host, cloud):
    outcome = host.up(one_bucket())
    assert outcome.outputs["bucket"] in buckets(cloud)
    assert outcome.changes == {Operation.CREATE: 1}


def test_the_collector_is_off_while_the_program_runs(host):
    seen = []
    host.up(lambda: seen.append(gc.isenabled()))
    assert (seen, gc.isenabled()) == ([False], True)


def test_the_pass_records_the_graph_too(host):
    graph = host.up(one_bucket(tags={"zone": "raw"})).graph
    assert graph.one("aws:s3/bucket:Bucket", "raw").inputs["tags"] == {"zone": "raw"}


def test_a_second_pass_leaves_alone_what_is_unchanged(host, steps):
    first = host.up(one_bucket())
    steps.clear()
    second = host.up(one_bucket())
    assert second.changes == {Operation.SAME: 1}
    assert second.outputs == first.outputs
    assert done(steps) == [(Operation.SAME, "raw")]


def test_a_second_pass_updates_what_changed(host, cloud):
    host.up(one_bucket())
    outcome = host.up(one_bucket(tags={"zone": "raw"}))
    assert outcome.changes == {Operation.UPDATE: 1}
    tags = cloud.client("s3").get_bucket_tagging(Bucket=outcome.outputs["bucket"])["TagSet"]
    assert tags == [{"Key": "zone", "Value": "raw"}]


def test_a_second_pass_deletes_what_is_no_longer_declared(host, cloud):
    first = host.up(one_bucket())
    outcome = host.up(lambda: None)
    assert outcome.changes == {Operation.DELETE: 1}
    assert first.outputs["bucket"] not in buckets(cloud)
    assert host.held == {}


def test_a_replacement_stands_before_what_it_replaces_goes(host, cloud, steps):
    first = host.up(one_bucket(bucket="first-of-all"))
    steps.clear()
    outcome = host.up(one_bucket(bucket="second-of-all"))
    assert outcome.changes == {Operation.REPLACE: 1}
    assert done(steps) == [(Operation.REPLACE, "raw")]
    assert outcome.outputs["bucket"] in buckets(cloud)
    assert first.outputs["bucket"] not in buckets(cloud)


def test_what_keeps_its_name_makes_way_for_its_replacement(host, cloud):
    def program(path):
        return lambda: aws.iam.Role("job", name="job", path=path, assume_role_policy=TRUST) and None

    host.up(program("/a/"))
    assert host.up(program("/b/")).changes == {Operation.REPLACE: 1}
    assert cloud.client("iam").get_role(RoleName="job")["Role"]["Path"] == "/b/"


def test_a_change_replaces_where_the_program_says_so(host):
    def program(team, path):
        options = pulumi.ResourceOptions(replace_on_changes=[path], delete_before_replace=True)
        tags = {"team": team}
        return lambda: aws.s3.Bucket("raw", bucket="one-of-all", tags=tags, opts=options) and None

    host.up(program("oncology", "forceDestroy"))
    assert host.up(program("radiology", "forceDestroy")).changes == {Operation.UPDATE: 1}
    assert host.up(program("surgery", "tags")).changes == {Operation.REPLACE: 1}


def test_a_made_up_name_is_made_up_anew_for_a_replacement(host):
    def program(path):
        def declare():
            role = aws.iam.Role("job", path=path, assume_role_policy=TRUST)
            pulumi.export("name", role.name)

        return declare

    first = host.up(program("/a/")).outputs["name"]
    second = host.up(program("/b/")).outputs["name"]
    assert first != second


def test_dependents_are_deleted_before_what_they_depend_on(host, steps):
    def program():
        key = aws.kms.Key("key")
        aws.kms.Alias("alias", name="alias/data", target_key_id=key.key_id)

    host.up(program)
    steps.clear()
    assert host.destroy() == 2
    assert done(steps) == [(Operation.DELETE, "alias"), (Operation.DELETE, "key")]


def test_an_ignored_change_is_no_change(host):
    def program(zone):
        opts = pulumi.ResourceOptions(ignore_changes=["tags"])
        return lambda: aws.s3.Bucket("raw", tags={"zone": zone}, opts=opts) and None

    host.up(program("raw"))
    assert host.up(program("curated")).changes == {Operation.SAME: 1}


def test_an_explicit_provider_tags_what_it_makes(host, cloud):
    def program():
        provider = aws.Provider("aws", default_tags={"tags": {"owner": "ml"}})
        bucket = aws.s3.Bucket("raw", opts=pulumi.ResourceOptions(provider=provider))
        pulumi.export("bucket", bucket.bucket)

    name = host.up(program).outputs["bucket"]
    tags = cloud.client("s3").get_bucket_tagging(Bucket=name)["TagSet"]
    assert tags == [{"Key": "owner", "Value": "ml"}]


def test_a_retained_resource_is_forgotten_but_not_deleted(host, cloud):
    opts = pulumi.ResourceOptions(retain_on_delete=True)
    name = host.up(one_bucket(opts=opts)).outputs["bucket"]
    host.destroy()
    assert name in buckets(cloud)
    assert host.held == {}


def imported(**args):
    def program():
        opts = pulumi.ResourceOptions(import_="kept-0a1b2c3", retain_on_delete=True)
        bucket = aws.s3.Bucket("kept", opts=opts, **args)
        pulumi.export("bucket", bucket.bucket)

    return program


def test_what_is_there_is_imported_and_brought_to_what_is_declared(host, cloud, steps):
    s3 = cloud.client("s3")
    s3.create_bucket(
        Bucket="kept-0a1b2c3", CreateBucketConfiguration={"LocationConstraint": cloud.region}
    )
    first = host.up(imported(tags={"zone": "raw"}))
    assert first.changes == {Operation.IMPORT: 1}
    assert done(steps) == [(Operation.IMPORT, "kept")]
    assert first.outputs == {"bucket": "kept-0a1b2c3"}
    tags = s3.get_bucket_tagging(Bucket="kept-0a1b2c3")["TagSet"]
    assert tags == [{"Key": "zone", "Value": "raw"}]
    assert host.up(imported(tags={"zone": "raw"})).changes == {Operation.SAME: 1}
    with pytest.raises(Refused, match="kept-0a1b2c3 is to be imported, and this change replaces"):
        host.up(imported(bucket="another"))
    s3.delete_bucket(Bucket="kept-0a1b2c3")


def test_an_import_of_what_is_not_there_is_refused(host):
    with pytest.raises(Refused, match="kept: there is no aws:s3/bucket:Bucket of the id kept-0a1b"):
        host.up(imported())
    assert host.held == {}


def test_a_program_is_told_what_its_stack_holds(host):
    found, outputs = [], []

    def program():
        found.append(held_in(state_of_stack()))
        outputs.append(outputs_in(state_of_stack(), "raw").get("bucket", ""))
        aws.s3.Bucket(
            "raw", opts=pulumi.ResourceOptions(parent=pulumi.ComponentResource("a:b:C", "c"))
        )

    host.up(program)
    host.up(program)
    assert found == [set(), {("aws:s3/bucket:Bucket", "raw")}]
    assert outputs[0] == ""
    assert outputs[1].startswith("raw-")


def test_a_protected_resource_keeps_everything_from_being_deleted(host, cloud):
    def program(*, protect):
        def declare():
            aws.s3.Bucket("raw", opts=pulumi.ResourceOptions(protect=protect))
            aws.s3.Bucket("other")

        return declare

    host.up(program(protect=True))
    before = buckets(cloud)
    with pytest.raises(Refused, match="raw is protected"):
        host.destroy()
    assert buckets(cloud) == before
    host.up(program(protect=False))


def test_what_aws_refuses_stops_the_pass_with_the_name_of_the_resource(host, cloud, steps):
    cloud.client("iam").create_role(RoleName="taken", AssumeRolePolicyDocument=TRUST)

    def program():
        role = aws.iam.Role("job", name="taken", assume_role_policy=TRUST)
        aws.s3.Bucket("after", opts=pulumi.ResourceOptions(depends_on=[role]))

    with pytest.raises(Refused, match=r"job: .*EntityAlreadyExists"):
        host.up(program)
    assert (Operation.CREATE, Phase.FAILED, "job") in [
        (s.operation, s.phase, s.name) for s in steps
    ]
    assert "after" not in [step.name for step in steps]


def test_a_pass_after_a_refused_one_goes_on_from_what_stands(host, cloud):
    cloud.client("iam").create_role(RoleName="not-ours", AssumeRolePolicyDocument=TRUST)

    def program(role_name):
        def declare():
            bucket = aws.s3.Bucket("raw")
            opts = pulumi.ResourceOptions(depends_on=[bucket])
            aws.iam.Role("job", name=role_name, assume_role_policy=TRUST, opts=opts)

        return declare

    with pytest.raises(Refused):
        host.up(program("not-ours"))
    outcome = host.up(program("ours"))
    assert outcome.changes == {Operation.SAME: 1, Operation.CREATE: 1}


def test_what_the_program_raises_comes_through(host):
    def program():
        raise LookupError("no such setting")

    with pytest.raises(LookupError, match="no such setting"):
        host.up(program)


def test_an_interrupted_program_begins_nothing_of_what_it_declared(host, cloud, steps):
    def program():
        aws.s3.Bucket("interrupted")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        host.up(program)
    assert steps == []
    assert not any(name.startswith("interrupted") for name in buckets(cloud))


def test_a_secret_stays_a_secret_in_the_outputs(host):
    def program():
        role = aws.iam.Role(
            "job", description=pulumi.Output.secret("hunter2"), assume_role_policy=TRUST
        )
        pulumi.export("description", role.description)

    assert host.up(program).outputs["description"] == "[secret]"


def test_resources_without_a_dependency_are_made_side_by_side(host, cloud):
    together = threading.Barrier(2, timeout=30)
    met = []

    def wait_for_the_other(step):
        if step.phase is Phase.STARTED:
            met.append(together.wait())

    side_by_side = InProcessHost(
        Resources(cloud), Run(stack="two"), cloud.environment, on_step=wait_for_the_other
    )

    def program():
        aws.s3.Bucket("one")
        aws.s3.Bucket("two")

    side_by_side.up(program)
    assert sorted(met) == [0, 1]


def test_many_resources_at_once_are_each_made_once(host, cloud):
    outcome = host.up(lambda: [aws.s3.Bucket(f"bucket-{i}") for i in range(40)] and None)
    assert outcome.changes == {Operation.CREATE: 40}
    assert sum(name.startswith("bucket-") for name in buckets(cloud)) == 40


def test_a_type_that_the_catalog_does_not_know_is_refused_in_one_sentence(host):
    def program():
        aws.lambda_.Alias("enrichment", function_name="any", function_version="1")

    with pytest.raises(Refused, match=r"^enrichment: .*Alias is not in .* catalog/lambda_\.py"):
        host.up(program)


class Seen:
    """Hooks that keep what they are told; `failing` are those that raise."""

    def __init__(self):
        self.told = []
        self.failing = set()
        self.retries = 0

    def __call__(self, moment):
        async def hook(args):
            self.told.append((moment, args))
            if moment in self.failing:
                raise ValueError("not now")

        return pulumi.ResourceHook(moment, hook)

    def on_error(self):
        def hook(args):
            self.told.append((f"failed {args.failed_operation}", args))
            self.retries -= 1
            return self.retries >= 0

        return pulumi.ErrorHook("on-error", hook)

    @property
    def moments(self):
        return [moment for moment, _ in self.told]

    def options(self):
        moments = [f"{when}_{verb}" for when in ("before", "after") for verb in VERBS]
        return pulumi.ResourceOptions(
            hooks=pulumi.ResourceHookBinding(
                **{moment: [self(moment)] for moment in moments}, on_error=[self.on_error()]
            )
        )


VERBS = ("create", "update", "delete")


@pytest.fixture
def seen():
    return Seen()


def hooked(seen, **args):
    return lambda: aws.s3.Bucket("raw", bucket="hooked-raw", **args, opts=seen.options()) and None


def test_hooks_run_around_each_part_of_a_resources_life(host, seen):
    host.up(hooked(seen))
    host.up(hooked(seen, tags={"zone": "raw"}))
    host.up(hooked(seen, tags={"zone": "raw"}))
    host.destroy()
    assert seen.moments == [f"{when}_{verb}" for verb in VERBS for when in ("before", "after")]

    created, _, _, updated, deleted, _ = (args for _, args in seen.told)
    assert (created.name, created.type) == ("raw", "aws:s3/bucket:Bucket")
    assert (created.new_inputs["bucket"], created.old_inputs) == ("hooked-raw", None)
    assert updated.id == deleted.id == "hooked-raw"
    assert ("tags" in updated.old_inputs, updated.new_inputs["tags"]) == (False, {"zone": "raw"})
    assert updated.old_outputs["arn"] == updated.new_outputs["arn"] == "arn:aws:s3:::hooked-raw"
    assert (deleted.new_inputs, deleted.old_inputs["tags"]) == (None, {"zone": "raw"})


def test_a_hook_that_fails_before_leaves_everything_as_it_was(host, cloud, seen):
    seen.failing = {"before_create"}
    with pytest.raises(Refused, match="raw: the hook before_create failed: not now"):
        host.up(hooked(seen))
    assert "hooked-raw" not in buckets(cloud)
    assert host.held == {}


def test_a_hook_that_fails_after_stops_the_pass_and_what_was_done_is_known(host, cloud, seen):
    def program():
        bucket = aws.s3.Bucket("raw", bucket="hooked-raw", opts=seen.options())
        aws.s3.Bucket("next", opts=pulumi.ResourceOptions(depends_on=[bucket]))

    host.up(one_bucket(bucket="to-be-deleted"))
    seen.failing = {"after_create"}
    with pytest.raises(Refused, match="raw: the hook after_create failed: not now"):
        host.up(hooked(seen))
    assert {"hooked-raw", "to-be-deleted"} <= buckets(cloud)
    seen.failing = set()
    assert host.up(program).changes == {Operation.SAME: 1, Operation.CREATE: 1}


def test_a_hook_says_whether_what_failed_is_tried_again(host, cloud, seen):
    def program(name):
        def declare():
            aws.iam.Role("job", name=name, assume_role_policy=TRUST, opts=seen.options())

        return declare

    cloud.client("iam").create_role(RoleName="somebodys", AssumeRolePolicyDocument=TRUST)
    seen.retries = 2
    with pytest.raises(Refused, match="EntityAlreadyExists"):
        host.up(program("somebodys"))
    assert seen.moments == ["before_create", *3 * ["failed create"]]
    assert [len(args.errors) for moment, args in seen.told[1:]] == [1, 2, 3]


def test_the_program_finds_the_embedded_aws_and_leaves_no_trace_of_it(host, cloud, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    seen = []
    host.up(lambda: seen.append((os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_REGION"])))
    assert seen == [(cloud.url, "eu-west-1")]
    assert "AWS_ENDPOINT_URL" not in os.environ
    assert os.environ["AWS_REGION"] == "us-west-2"


def test_an_ignored_part_of_a_property_is_no_change_and_no_part_of_a_replacement(host, cloud):
    def program(owner, bucket="ignoring"):
        opts = pulumi.ResourceOptions(ignore_changes=["tags.owner", "nothing[0].there"])
        return lambda: (
            aws.s3.Bucket("raw", bucket=bucket, tags={"owner": owner, "zone": "raw"}, opts=opts)
            and None
        )

    def owner(bucket):
        tags = cloud.client("s3").get_bucket_tagging(Bucket=bucket)["TagSet"]
        return {tag["Key"]: tag["Value"] for tag in tags}["owner"]

    host.up(program("ml"))
    assert host.up(program("risk")).changes == {Operation.SAME: 1}
    assert owner("ignoring") == "ml"
    assert host.up(program("risk", bucket="replacing")).changes == {Operation.REPLACE: 1}
    assert owner("replacing") == "risk"

import json

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from catalog import wire
from embedded.packages import AwsPackage
from embedded.provider import ProviderServer
from embedded.resources import Resources

BUCKET = "aws:s3/bucket:Bucket"
ROLE = "aws:iam/role:Role"
SEED = b"\x01" * 32
DIFFERENT_SEED = b"\x02" * 32
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


@pytest.fixture(scope="module")
def server(cloud):
    with ProviderServer(AwsPackage(Resources(cloud))) as serving:
        yield serving


@pytest.fixture
def connect(server):
    """Makes connections of their own: gRPC would share one between equal channels."""
    channels = []

    def connected(**settings):
        number = len(channels)
        channel = grpc.insecure_channel(
            f"127.0.0.1:{server.port}",
            options=[("grpc.use_local_subchannel_pool", 1), ("maslow.test", number)],
        )
        channels.append(channel)
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        stub.Configure(provider_pb2.ConfigureRequest(args=wire.struct(settings)))
        return stub

    yield connected
    for channel in channels:
        channel.close()


def check(stub, type_, name, news, olds=None, seed=SEED):
    return stub.Check(
        provider_pb2.CheckRequest(
            type=type_,
            name=name,
            news=wire.struct(news),
            olds=wire.struct(olds or {}),
            randomSeed=seed,
        )
    )


def checked(stub, type_, name, news, olds=None, seed=SEED):
    response = check(stub, type_, name, news, olds, seed)
    assert not response.failures
    return wire.plain(response.inputs)


def create(stub, type_, name, inputs, *, preview=False):
    return stub.Create(
        provider_pb2.CreateRequest(
            type=type_, name=name, properties=wire.struct(inputs), preview=preview
        )
    )


def diff(stub, type_, olds, news):
    return stub.Diff(
        provider_pb2.DiffRequest(type=type_, old_inputs=wire.struct(olds), news=wire.struct(news))
    )


def test_the_handshake_asks_for_plain_values(connect):
    response = connect().Handshake(provider_pb2.ProviderHandshakeRequest())
    assert not response.accept_secrets
    assert not response.accept_outputs


def test_it_says_which_version_of_the_sdk_it_serves(connect):
    assert connect().GetPluginInfo(empty_pb2.Empty()).version.startswith("7.")


def test_a_name_is_made_of_the_logical_name_and_the_seed(connect):
    stub = connect()
    one = checked(stub, BUCKET, "raw", {})["bucket"]
    other = checked(stub, BUCKET, "raw", {}, seed=DIFFERENT_SEED)["bucket"]
    assert one.startswith("raw-")
    assert other.startswith("raw-")
    assert one != other


def test_a_name_that_was_made_up_before_is_kept(connect):
    stub = connect()
    olds = checked(stub, BUCKET, "raw", {})
    assert checked(stub, BUCKET, "raw", {}, olds, DIFFERENT_SEED) == olds


def test_a_given_name_gives_way_to_a_made_up_one_when_it_is_taken_out(connect):
    stub = connect()
    olds = checked(stub, BUCKET, "raw", {"bucket": "fixed"})
    assert checked(stub, BUCKET, "raw", {}, olds)["bucket"].startswith("raw-")


def test_an_input_that_is_not_carried_is_a_failure_that_names_it(connect):
    failures = check(connect(), BUCKET, "raw", {"colour": "red"}).failures
    assert len(failures) == 1
    assert "raw" in failures[0].reason
    assert "colour" in failures[0].reason


def test_a_resource_lives_from_create_to_delete(connect, cloud):
    stub = connect()
    inputs = checked(stub, BUCKET, "lives", {"tags": {"zone": "raw"}})
    created = create(stub, BUCKET, "lives", inputs)
    assert created.id == inputs["bucket"]
    assert wire.plain(created.properties)["arn"] == f"arn:aws:s3:::{created.id}"

    read = stub.Read(
        provider_pb2.ReadRequest(type=BUCKET, id=created.id, inputs=wire.struct(inputs))
    )
    assert read.id == created.id

    news = checked(stub, BUCKET, "lives", {"tags": {"zone": "curated"}}, inputs)
    updated = stub.Update(
        provider_pb2.UpdateRequest(
            type=BUCKET,
            id=created.id,
            olds=created.properties,
            old_inputs=wire.struct(inputs),
            news=wire.struct(news),
        )
    )
    assert wire.plain(updated.properties)["tags"] == {"zone": "curated"}
    tagging = cloud.client("s3").get_bucket_tagging(Bucket=created.id)
    assert tagging["TagSet"] == [{"Key": "zone", "Value": "curated"}]

    stub.Delete(
        provider_pb2.DeleteRequest(type=BUCKET, id=created.id, properties=updated.properties)
    )
    gone = stub.Read(provider_pb2.ReadRequest(type=BUCKET, id=created.id, inputs=wire.struct(news)))
    assert gone.id == ""


def test_a_preview_creates_nothing_and_answers_with_what_is_known(connect, cloud):
    inputs = checked(connect(), BUCKET, "previewed", {"tags": {"key": wire.UNKNOWN}})
    previewed = create(connect(), BUCKET, "previewed", inputs, preview=True)
    assert previewed.id == ""
    assert wire.plain(previewed.properties)["bucket"] == inputs["bucket"]
    assert "arn" not in previewed.properties.fields
    names = [bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]]
    assert inputs["bucket"] not in names


def test_a_preview_of_an_update_keeps_computed_outputs_and_takes_new_inputs(connect):
    previewed = connect().Update(
        provider_pb2.UpdateRequest(
            type=BUCKET,
            olds=wire.struct({"bucket": "b", "arn": "arn:aws:s3:::b", "tags": {"a": "b"}}),
            old_inputs=wire.struct({"bucket": "b", "tags": {"a": "b"}}),
            news=wire.struct({"bucket": "b"}),
            preview=True,
        )
    )
    assert wire.plain(previewed.properties) == {"bucket": "b", "arn": "arn:aws:s3:::b"}


def test_equal_inputs_are_no_change(connect):
    stub = connect()
    inputs = checked(stub, ROLE, "job", {"assumeRolePolicy": TRUST})
    response = diff(stub, ROLE, inputs, inputs)
    assert response.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert not response.detailedDiff


def test_a_diff_tells_what_was_added_removed_and_updated(connect):
    stub = connect()
    given = {"assumeRolePolicy": TRUST}
    olds = checked(stub, ROLE, "job", {**given, "description": "old", "maxSessionDuration": 3600})
    news = checked(stub, ROLE, "job", {**given, "description": "new", "tags": {"a": "b"}}, olds)
    response = diff(stub, ROLE, olds, news)
    assert response.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert not response.replaces
    kinds = provider_pb2.PropertyDiff
    assert response.detailedDiff["description"].kind == kinds.UPDATE
    assert response.detailedDiff["maxSessionDuration"].kind == kinds.DELETE
    assert response.detailedDiff["tags"].kind == kinds.ADD


def test_a_change_that_aws_cannot_make_in_place_replaces(connect):
    stub = connect()
    olds = checked(stub, ROLE, "job", {"assumeRolePolicy": TRUST, "path": "/a/"})
    news = checked(stub, ROLE, "job", {"assumeRolePolicy": TRUST, "path": "/b/"}, olds)
    response = diff(stub, ROLE, olds, news)
    assert list(response.replaces) == ["path"]
    assert not response.deleteBeforeReplace


def test_what_keeps_a_fixed_name_is_deleted_before_it_is_replaced(connect):
    stub = connect()
    fixed = {"assumeRolePolicy": TRUST, "name": "fixed"}
    olds = checked(stub, ROLE, "job", {**fixed, "path": "/a/"})
    news = checked(stub, ROLE, "job", {**fixed, "path": "/b/"}, olds)
    assert diff(stub, ROLE, olds, news).deleteBeforeReplace


def test_each_provider_has_default_tags_of_its_own(connect):
    plain = connect()
    tagged = connect(defaultTags=json.dumps({"tags": {"owner": "ml", "zone": "none"}}))
    inputs = checked(tagged, BUCKET, "raw", {"tags": {"zone": "raw"}})
    assert inputs["tags"] == {"owner": "ml", "zone": "raw"}
    assert "tags" not in checked(plain, BUCKET, "raw", {})


def test_what_aws_refuses_is_one_sentence_that_names_the_resource(connect):
    stub = connect()
    inputs = checked(stub, ROLE, "twice", {"assumeRolePolicy": TRUST, "name": "twice"})
    create(stub, ROLE, "twice", inputs)
    with pytest.raises(grpc.RpcError) as refused:
        create(stub, ROLE, "twice", inputs)
    assert "EntityAlreadyExists" in refused.value.details()
    assert refused.value.details().startswith("twice: ")
    assert "\n" not in refused.value.details()


def test_a_function_of_the_provider_is_answered(connect, cloud):
    response = connect().Invoke(
        provider_pb2.InvokeRequest(tok="aws:index/getCallerIdentity:getCallerIdentity")
    )
    assert wire.plain(getattr(response, "return"))["accountId"] == cloud.account_id


def test_a_provider_moves_to_another_region_by_replacement(connect):
    response = connect().DiffConfig(
        provider_pb2.DiffRequest(
            old_inputs=wire.struct({"region": "eu-west-1"}),
            news=wire.struct({"region": "eu-central-1"}),
        )
    )
    assert list(response.replaces) == ["region"]


def test_the_port_is_free_again_after_the_block(cloud):
    with ProviderServer(AwsPackage(Resources(cloud))) as serving:
        assert serving.attachment == f"aws:{serving.port}"
    channel = grpc.insecure_channel(f"127.0.0.1:{serving.port}")
    stub = provider_pb2_grpc.ResourceProviderStub(channel)
    with channel, pytest.raises(grpc.RpcError):
        stub.GetPluginInfo(empty_pb2.Empty(), timeout=5)

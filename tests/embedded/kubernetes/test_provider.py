"""The provider as Pulumi's engine speaks to it."""

import json

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from catalog import wire
from embedded.packages import KubernetesPackage
from embedded.provider import ProviderServer
from tests.embedded.kubernetes.conftest import kubeconfig
from tests.embedded.kubernetes.manifests import deployment

TYPE = "kubernetes:apps/v1:Deployment"
SOME = provider_pb2.DiffResponse.DIFF_SOME


@pytest.fixture
def stub(hand):
    with ProviderServer(KubernetesPackage(hand.clusters)) as serving:
        assert serving.attachment == f"kubernetes:{serving.port}"
        with grpc.insecure_channel(f"127.0.0.1:{serving.port}") as channel:
            connected = provider_pb2_grpc.ResourceProviderStub(channel)
            settings = wire.struct(hand.config)
            connected.Configure(provider_pb2.ConfigureRequest(args=settings))
            yield connected


def test_an_object_lives_from_check_to_delete(stub):
    news = wire.struct(deployment())
    inputs = stub.Check(provider_pb2.CheckRequest(type=TYPE, name="api", news=news)).inputs
    asked = {"type": TYPE, "name": "api", "properties": inputs}
    preview = stub.Create(provider_pb2.CreateRequest(**asked, preview=True))
    assert not preview.id
    created = stub.Create(provider_pb2.CreateRequest(**asked))
    assert created.id == "default/api"

    found = {"type": TYPE, "name": "api", "id": created.id}
    read = stub.Read(
        provider_pb2.ReadRequest(**found, inputs=inputs, properties=created.properties)
    )
    assert wire.plain(read.properties)["metadata"]["uid"]

    olds = {"old_inputs": inputs, "olds": created.properties}
    scaled = wire.struct(deployment(replicas=2))
    diff = stub.Diff(provider_pb2.DiffRequest(**found, **olds, news=scaled))
    assert (diff.changes, [*diff.detailedDiff], [*diff.replaces]) == (SOME, ["spec.replicas"], [])
    updated = stub.Update(provider_pb2.UpdateRequest(**found, **olds, news=scaled))
    assert wire.plain(updated.properties)["spec"]["replicas"] == 2

    stub.Delete(provider_pb2.DeleteRequest(**found, properties=updated.properties))
    gone = stub.Read(provider_pb2.ReadRequest(**found, inputs=inputs))
    assert not gone.id


def test_what_is_wrong_is_a_failure_of_the_check(stub):
    wrong = {**deployment(), "specs": {}}
    answer = stub.Check(provider_pb2.CheckRequest(type=TYPE, name="api", news=wire.struct(wrong)))
    assert [failure.reason for failure in answer.failures] == [
        f"{TYPE} api: specs is no field: did you mean spec?"
    ]


def test_a_setting_that_is_not_supported_is_refused_by_name(stub):
    with pytest.raises(grpc.RpcError, match="renderYamlToDirectory"):
        stub.Configure(
            provider_pb2.ConfigureRequest(args=wire.struct({"renderYamlToDirectory": "out"}))
        )


@pytest.mark.parametrize(
    ("olds", "news", "replaces"),
    [
        ({"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig()}, []),
        ({"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig("https://b")}, ["kubeconfig"]),
        (
            {"kubeconfig": kubeconfig()},
            {"kubeconfig": json.dumps(json.loads(kubeconfig()), indent=2)},
            [],
        ),
        (
            {"kubeconfig": kubeconfig(), "clusterIdentifier": "a"},
            {"kubeconfig": kubeconfig("https://b"), "clusterIdentifier": "a"},
            [],
        ),
        ({"clusterIdentifier": "a"}, {"clusterIdentifier": "b"}, ["clusterIdentifier"]),
        ({"namespace": "a"}, {"namespace": "b"}, []),
    ],
)
def test_another_cluster_is_another_provider(stub, olds, news, replaces):
    diff = stub.DiffConfig(
        provider_pb2.DiffRequest(old_inputs=wire.struct(olds), news=wire.struct(news))
    )
    assert [*diff.replaces] == replaces
    assert (diff.changes == SOME) is (olds != news)


def test_the_version_is_that_of_its_sdk(stub):
    assert stub.GetPluginInfo(empty_pb2.Empty()).version.startswith("4.")

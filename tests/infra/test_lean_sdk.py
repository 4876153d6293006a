import inspect
import sys
from importlib.metadata import version

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import _types
from pulumi.runtime import resource, rpc
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest

from infra import lean_sdk
from infra.graph import RecordingMonitor, Run, record, run_program

REPLACED = {
    lean_sdk.transfer_properties: rpc.transfer_properties,
    lean_sdk.create_urn: resource.create_urn,
}
UNWRAP_TYPE = _types.unwrap_type
URN = "urn:pulumi:prod::maslow::maslow:index:Shelf::shelf"


class Shelf(pulumi.ComponentResource):
    books: pulumi.Output[str]

    def __init__(self, name: str) -> None:
        aliases = [pulumi.Alias(name="rack"), pulumi.Alias(type_="maslow:index:Rack")]
        super().__init__("maslow:index:Shelf", name, None, pulumi.ResourceOptions(aliases=aliases))
        inside = pulumi.ResourceOptions(parent=self)
        books = aws.s3.Bucket(
            f"{name}-books", tags={"secret": pulumi.Output.secret("x")}, opts=inside
        )
        aws.s3.BucketVersioning(
            f"{name}-editions",
            bucket=books.bucket,
            versioning_configuration={"status": books.tags.apply(lambda tags: f"{sorted(tags)}")},
            opts=inside,
        )
        self.books = books.arn
        self.register_outputs({"books": self.books})


def library() -> None:
    provider = aws.Provider("aws", region=aws.get_region_output().region)
    shelf = Shelf("shelf")
    topic = aws.sns.Topic("news", opts=pulumi.ResourceOptions(provider=provider))
    aws.sns.TopicPolicy(
        "policy",
        arn=topic.arn,
        policy=pulumi.Output.json_dumps({"books": shelf.books, "unset": topic.delivery_policy}),
        opts=pulumi.ResourceOptions(depends_on=[shelf]),
    )
    pulumi.export("owner", topic.name)


def registered(*, lean: bool) -> dict[str, RegisterResourceRequest]:
    monitor = RecordingMonitor(Run())
    if lean:
        with lean_sdk.lean():
            run_program(library, monitor, monitor.run)
    else:
        run_program(library, monitor, monitor.run)
    return monitor.requests


def test_every_registration_is_the_same_as_without_but_for_its_stack():
    lean, full = registered(lean=True), registered(lean=False)
    assert all(request.stackTrace.frames for request in full.values())
    assert not any(request.stackTrace.frames for request in lean.values())

    for request in [*lean.values(), *full.values()]:
        request.ClearField("stackTrace")
        request.ClearField("sourcePosition")
        # The SDK collects them in sets, whose order is anybody's guess.
        request.dependencies.sort()
        for waits in request.propertyDependencies.values():
            waits.urns.sort()
    assert len(full) == 6
    assert lean == full


def test_what_waits_for_a_failure_fails_with_it():
    def program() -> None:
        topic = aws.sns.Topic(
            "news", display_name=pulumi.Output.from_input(1).apply(lambda n: n / 0)
        )
        aws.sns.TopicPolicy("policy", arn=topic.arn, policy="{}")

    with pytest.raises(ZeroDivisionError):
        record(program)


def test_the_sdk_and_the_tracebacks_are_put_back(monkeypatch):
    monkeypatch.setattr(sys, "tracebacklimit", 7, raising=False)
    seen = []

    def program() -> None:
        seen.append((rpc.transfer_properties, resource.create_urn, sys.tracebacklimit))
        raise KeyError

    with pytest.raises(KeyError):
        record(program)
    assert seen == [(lean_sdk.transfer_properties, lean_sdk.create_urn, 1)]
    assert [rpc.transfer_properties, resource.create_urn] == [*REPLACED.values()]
    assert _types.unwrap_type is UNWRAP_TYPE
    assert sys.tracebacklimit == 7

    monkeypatch.undo()
    record(lambda: None)
    assert not hasattr(sys, "tracebacklimit")


def test_an_sdk_that_this_test_has_not_seen_is_used_as_it_is(monkeypatch):
    monkeypatch.setattr(lean_sdk, "version", lambda distribution: "99.0.0")
    seen = []
    record(lambda: seen.append((rpc.transfer_properties, resource.create_urn)))
    assert seen == [tuple(REPLACED.values())]
    assert all(request.stackTrace.frames for request in registered(lean=True).values())


def test_the_installed_sdk_is_one_that_this_test_has_seen():
    installed = version("pulumi")
    assert installed in lean_sdk.SEEN, (
        f"add {installed} to SEEN in infra/lean_sdk.py once the other tests of this file pass "
        "with it there; until then plans are right, and slower"
    )


@pytest.mark.parametrize("lean", REPLACED)
def test_what_is_replaced_still_takes_the_same(lean):
    assert list(inspect.signature(lean).parameters) == list(
        inspect.signature(REPLACED[lean]).parameters
    )


def test_a_type_is_taken_apart_as_the_sdk_does_it():
    types = [None, int, pulumi.Output[str], pulumi.Input[str], aws.s3.BucketVersioning]
    unwrap = lean_sdk._validated_only(UNWRAP_TYPE)
    assert [unwrap(each) for each in types * 2] == [UNWRAP_TYPE(each) for each in types * 2]


def urns(*args: str | None, later: bool = False) -> list[str]:
    """The URN that is made here, and the SDK's; `later` makes outputs of what it is made of."""
    made: list[str] = []

    def program() -> None:
        for create in (lean_sdk.create_urn, REPLACED[lean_sdk.create_urn]):
            given = [pulumi.Output.from_input(arg) if arg and later else arg for arg in args]
            create(*given).apply(made.append)

    record(program)
    return made


@pytest.mark.parametrize(
    "args",
    [
        ("books", "aws:s3/bucket:Bucket"),
        ("books", "aws:s3/bucket:Bucket", None, "other", "dev"),
        ("books", "aws:s3/bucket:Bucket", URN),
    ],
)
def test_an_urn_is_the_one_that_the_sdk_makes(args):
    here, sdk = urns(*args)
    assert here == sdk


def test_an_urn_of_outputs_is_left_to_the_sdk():
    here, sdk = urns("books", "aws:s3/bucket:Bucket", URN, later=True)
    assert here == sdk == "urn:pulumi:prod::maslow::maslow:index:Shelf$aws:s3/bucket:Bucket::books"

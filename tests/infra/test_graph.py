import json

import pulumi
import pulumi_aws as aws
import pytest

from catalog.wire import HIDDEN
from infra.graph import Run, record


class Shelf(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maslow:index:Shelf", name, None, opts)
        aws.s3.Bucket(f"{name}-books", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


def test_a_child_names_its_parents_type_in_its_urn():
    graph = record(lambda: Shelf("shelf"), Run(stack="prod"))

    book = graph.one("aws:s3/bucket:Bucket")
    assert book.urn == (
        "urn:pulumi:prod::maslow::maslow:index:Shelf$aws:s3/bucket:Bucket::shelf-books"
    )
    assert graph.by_urn[book.parent].type == "maslow:index:Shelf"


def test_what_is_below_a_component_is_found_at_any_depth():
    def program() -> None:
        room = Shelf("room")
        shelf = Shelf("shelf", pulumi.ResourceOptions(parent=room))
        box = aws.s3.Bucket("box", opts=pulumi.ResourceOptions(parent=shelf))
        aws.s3.Bucket("slip", opts=pulumi.ResourceOptions(parent=box))
        aws.s3.Bucket("elsewhere")

    graph = record(program)
    (need,) = graph.needs
    assert need.name == "room"
    assert {each.name for each in graph.below(need)} == {"room-books", "shelf-books", "box", "slip"}
    assert {each.name for each in graph.managed} - {"elsewhere"} == {
        each.name for each in graph.below(need)
    }


def test_outputs_have_aws_own_formats():
    def program() -> None:
        bucket = aws.s3.Bucket("maslow-prod-raw")
        role = aws.iam.Role("reader", assume_role_policy="{}")
        aws.iam.RolePolicy("reads", role=role.name, policy=bucket.arn)

    policy = record(program).one("aws:iam/rolePolicy:RolePolicy")
    assert policy.inputs == {"policy": "arn:aws:s3:::maslow-prod-raw", "role": "reader"}


def test_what_a_resource_waits_for_is_recorded():
    def program() -> None:
        topic = aws.sns.Topic("alerts")
        aws.sns.TopicPolicy("policy", arn=topic.arn, policy="{}")

    graph = record(program)
    assert graph.one("aws:sns/topicPolicy:TopicPolicy").dependencies == (
        graph.one("aws:sns/topic:Topic").urn,
    )


def test_options_that_mocks_hide_are_recorded():
    def program() -> None:
        aws.kms.Key(
            "key",
            opts=pulumi.ResourceOptions(
                protect=True,
                retain_on_delete=True,
                ignore_changes=["description"],
                delete_before_replace=True,
                aliases=[pulumi.Alias(name="old")],
            ),
        )

    options = record(program).one("aws:kms/key:Key").options
    aliases = options.pop("aliases")
    assert options == {
        "protect": True,
        "retainOnDelete": True,
        "ignoreChanges": ["description"],
        "deleteBeforeReplace": True,
    }
    assert [alias["name"] for alias in aliases] == ["old"]


def test_an_explicit_provider_is_named():
    def program() -> None:
        provider = aws.Provider("aws", region="eu-west-1")
        aws.kms.Key("key", opts=pulumi.ResourceOptions(provider=provider))

    graph = record(program)
    assert graph.one("aws:kms/key:Key").provider == graph.one("pulumi:providers:aws").urn


def test_a_secret_is_hidden():
    graph = record(lambda: aws.kms.Key("key", description=pulumi.Output.secret("hush")))

    assert graph.one("aws:kms/key:Key").inputs["description"] == HIDDEN
    assert "hush" not in graph.to_json()


def test_a_type_that_the_catalog_does_not_know_is_answered_in_awss_form_and_named():
    def program() -> None:
        alias = aws.lambda_.Alias("any", function_name="any", function_version="1")
        aws.kms.Key("key", description=alias.arn)

    graph = record(program)
    described = graph.one("aws:kms/key:Key").inputs["description"]
    assert described == "arn:aws:lambda:eu-west-1:123456789012:alias/any"
    assert graph.unknown == {"aws:lambda/alias:Alias": 1}


def test_an_unknown_function_is_an_error():
    def program() -> None:
        aws.kms.Key("key", description=aws.get_ip_ranges_output(services=["s3"]).url)

    with pytest.raises(Exception, match="getIpRanges"):
        record(program)


def test_two_resources_of_one_name_are_an_error():
    def program() -> None:
        aws.kms.Key("key")
        aws.kms.Key("key")

    with pytest.raises(pulumi.RunError, match="Two resources have the URN"):
        record(program)


def test_what_the_program_raises_comes_through():
    def program() -> None:
        raise ValueError("no such thing")

    with pytest.raises(ValueError, match="no such thing"):
        record(program)


def test_two_recordings_know_nothing_of_each_other():
    assert record(lambda: aws.kms.Key("one")).to_json() != record(lambda: None).to_json()
    assert record(lambda: None).resources == ()


def test_config_reaches_the_program():
    seen = {}

    def program() -> None:
        seen["region"] = pulumi.Config("aws").require("region")
        seen["flag"] = pulumi.Config("maslow").require("flag")

    record(program, Run(region="eu-central-1", config={"maslow:flag": "yes"}))
    assert seen == {"region": "eu-central-1", "flag": "yes"}


def test_the_json_does_not_depend_on_the_order_of_registration():
    def one_way() -> None:
        aws.kms.Key("a")
        aws.sns.Topic("b")

    def the_other() -> None:
        aws.sns.Topic("b")
        aws.kms.Key("a")

    assert record(one_way).to_json() == record(the_other).to_json()
    assert json.loads(record(one_way).to_json())["version"] == 1


def test_one_wants_exactly_one():
    graph = record(lambda: (aws.kms.Key("a"), aws.kms.Key("b")))

    assert graph.one("aws:kms/key:Key", "a").name == "a"
    with pytest.raises(LookupError, match="2 resources"):
        graph.one("aws:kms/key:Key")
    with pytest.raises(LookupError, match="0 resources are aws:kms/key:Key named c"):
        graph.one("aws:kms/key:Key", "c")


def test_ids_and_outputs_are_told_so_that_references_can_be_followed():
    def program() -> None:
        bucket = aws.s3.Bucket("books", bucket="maslow-books")
        aws.s3.BucketVersioning(
            "books", bucket=bucket.id, versioning_configuration={"status": "Enabled"}
        )

    told = {each["type"]: each for each in record(program).as_dict()["resources"]}
    bucket = told["aws:s3/bucket:Bucket"]
    versioning = told["aws:s3/bucketVersioning:BucketVersioning"]
    assert bucket["outputs"]["arn"] == "arn:aws:s3:::maslow-books"
    assert bucket["outputs"]["bucket"] == bucket["id"] == "maslow-books"
    assert versioning["inputs"]["bucket"] == bucket["id"]


def test_outputs_of_components_are_told():
    class Shelf(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("maslow:index:Shelf", "shelf")
            self.register_outputs({"books": 3})

    assert record(Shelf).one("maslow:index:Shelf").outputs == {"books": 3}


def test_secrets_are_in_no_output():
    def program() -> None:
        topic = aws.sns.Topic("alerts")
        aws.sns.TopicSubscription(
            "page", topic=topic.arn, protocol="https", endpoint=pulumi.Output.secret("hush")
        )
        aws.sns.Topic("hushed", name=pulumi.Output.secret("hush"))
        aws.kms.Key("key", opts=pulumi.ResourceOptions(additional_secret_outputs=["keyId"]))

    graph = record(program)
    assert "hush" not in graph.to_json().replace("hushed", "")
    assert graph.one("aws:sns/topic:Topic", "hushed").id == "[secret]"
    assert graph.one("aws:sns/topic:Topic", "hushed").outputs["arn"] == "[secret]"
    assert graph.one("aws:kms/key:Key").outputs["keyId"] == "[secret]"

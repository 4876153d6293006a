import json

import pulumi
import pytest

from components.iam import (
    allow,
    allow_everywhere,
    deny,
    document,
    rendered,
    tls_only,
    trust,
)
from infra.graph import record


def test_a_statement_names_its_resources():
    with pytest.raises(ValueError, match=r"s3:GetObject: name the resources"):
        allow(["s3:GetObject"], ["arn:aws:s3:::raw/*", "*"])


def test_a_wide_statement_gives_its_reason():
    with pytest.raises(ValueError, match=r"allow_everywhere needs a reason"):
        allow_everywhere(["ecr:GetAuthorizationToken"], reason=" ")
    assert allow_everywhere(["ecr:GetAuthorizationToken"], reason="names no repository") == {
        "Effect": "Allow",
        "Action": ["ecr:GetAuthorizationToken"],
        "Resource": ["*"],
    }


def test_a_statement_holds_only_what_was_given():
    assert allow(["s3:GetObject"], ["arn:aws:s3:::raw/*"]) == {
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::raw/*"],
    }
    assert deny(
        ["s3:*"], ["*"], principal="*", when={"Bool": {"aws:SecureTransport": "false"}}, sid="Tls"
    ) == {
        "Sid": "Tls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": ["*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_a_trust_policy_serves_one_account():
    (statement,) = trust("sagemaker.amazonaws.com", account_id="111111111111")["Statement"]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}


def test_plain_http_is_refused_for_the_bucket_and_its_objects():
    statement = tls_only("arn:aws:s3:::raw")
    assert statement["Effect"] == "Deny"
    assert statement["Resource"] == ["arn:aws:s3:::raw", "arn:aws:s3:::raw/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_policy_is_rendered_once_its_inputs_are_known():
    seen = []

    def program():
        bucket = pulumi.Output.from_input("arn:aws:s3:::raw")
        rendered(lambda *, arn: document(allow(["s3:GetObject"], [f"{arn}/*"])), arn=bucket).apply(
            seen.append
        )

    record(program)
    assert [json.loads(text)["Statement"][0]["Resource"] for text in seen] == [
        ["arn:aws:s3:::raw/*"]
    ]

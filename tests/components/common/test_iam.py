import ast
import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.common.iam import (
    allow,
    allow_everywhere,
    deny,
    document,
    rendered,
    tls_only,
    trust,
    trust_principals,
    trust_saml,
    trust_web_identity,
)
from infra.graph import record


def test_a_statement_names_its_resources():
    with pytest.raises(ValueError, match=r"s3:GetObject: name the resources"):
        allow(["s3:GetObject"], ["arn:aws:s3:::raw/*", "*"])


ROOT = Path(__file__).parents[3]
BUILDER = ROOT / "components" / "common" / "iam.py"


def wide(source: str) -> list[int]:
    """Lines on which a statement's resource is written as `*`, alone or in a list."""
    found = []
    for node in ast.walk(ast.parse(source)):
        fields: list[tuple[Any, ast.expr]] = []
        if isinstance(node, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
            fields = list(zip(keys, node.values, strict=True))
        elif isinstance(node, ast.Call):
            fields = [(keyword.arg, keyword.value) for keyword in node.keywords]
        for key, value in fields:
            listed = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
            if key in {"Resource", "NotResource"} and any(
                isinstance(each, ast.Constant) and each.value == "*" for each in listed
            ):
                found.append(value.lineno)
    return found


def test_only_the_builder_writes_a_statement_on_everything():
    modules = [path for path in (ROOT / "components").rglob("*.py") if path != BUILDER]
    modules += [path for path in (ROOT / "infra").rglob("*.py") if "embedded" not in path.parts]
    assert {str(path): lines for path in modules if (lines := wide(path.read_text()))} == {}


@pytest.mark.parametrize(
    "source",
    ['{"Resource": "*"}', 'Statement(Resource=["arn", "*"])', '{"NotResource": ("*",)}'],
)
def test_a_statement_on_everything_would_be_found(source):
    assert wide(source) == [1]


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


@pytest.mark.parametrize("service", ["codepipeline", "ecr", "chatbot"])
def test_a_service_that_may_not_tell_the_account_is_not_shut_out_for_it(service):
    (statement,) = trust(f"{service}.amazonaws.com", account_id="111111111111")["Statement"]
    assert statement["Condition"] == {"StringEqualsIfExists": {"aws:SourceAccount": "111111111111"}}


def test_a_service_without_a_record_must_say_for_which_account_it_comes():
    (statement,) = trust("braket.amazonaws.com", account_id="111111111111")["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}


def test_plain_http_is_refused_for_the_bucket_and_its_objects():
    statement = tls_only("arn:aws:s3:::raw")
    assert statement["Effect"] == "Deny"
    assert statement["Resource"] == ["arn:aws:s3:::raw", "arn:aws:s3:::raw/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


GITHUB = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
SAML = "arn:aws:iam::123456789012:saml-provider/okta"


def test_principals_are_trusted_by_name():
    alice = "arn:aws:iam::123456789012:user/alice"
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    assert trust_principals([alice], when=mfa)["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"AWS": [alice]},
            "Action": ["sts:AssumeRole"],
            "Condition": mfa,
        }
    ]
    assert "Condition" not in trust_principals([alice])["Statement"][0]


@pytest.mark.parametrize("arns", [[], ["*"], ["arn:aws:iam::123456789012:user/alice", "*"]])
def test_nobody_and_everybody_are_not_trusted(arns):
    with pytest.raises(ValueError, match="name whom to trust by their ARNs"):
        trust_principals(arns)


def test_people_of_a_saml_provider_come_for_the_console_and_by_what_it_says_of_them():
    staff = {"ForAnyValue:StringEquals": {"saml:edupersonaffiliation": ["staff"]}}
    (statement,) = trust_saml(SAML, when=staff)["Statement"]
    assert statement["Principal"] == {"Federated": SAML}
    assert statement["Action"] == ["sts:AssumeRoleWithSAML"]
    assert statement["Condition"] == {
        "StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml"},
        **staff,
    }


def test_a_further_condition_on_a_saml_sign_in_leaves_the_audience_in_place():
    issued = trust_saml(SAML, when={"StringEquals": {"saml:iss": "https://example.com"}})
    assert issued["Statement"][0]["Condition"]["StringEquals"] == {
        "saml:aud": "https://signin.aws.amazon.com/saml",
        "saml:iss": "https://example.com",
    }


def test_tokens_are_taken_of_the_named_subjects_for_the_named_audience():
    subjects = ["repo:example/platform:environment:prod", "repo:example/platform:ref:refs/tags/*"]
    trusted = trust_web_identity(GITHUB, audience="sts.amazonaws.com", subjects=subjects)
    assert trusted["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Federated": GITHUB},
            "Action": ["sts:AssumeRoleWithWebIdentity"],
            "Condition": {
                "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
                "StringLike": {"token.actions.githubusercontent.com:sub": subjects},
            },
        }
    ]


@pytest.mark.parametrize("subjects", [[], ["*"], ["repo:example/platform:*", "*:*"]])
def test_tokens_of_just_anyone_are_not_taken(subjects):
    with pytest.raises(ValueError, match="say whose tokens are taken"):
        trust_web_identity(GITHUB, audience="sts.amazonaws.com", subjects=subjects)


def test_tokens_are_taken_of_an_openid_connect_provider_only():
    with pytest.raises(ValueError, match="is no ARN of an OpenID Connect provider"):
        trust_web_identity(SAML, audience="sts.amazonaws.com", subjects=["repo:example/platform"])


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

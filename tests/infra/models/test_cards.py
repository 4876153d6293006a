"""Cards of versions: what is known of one, in the form that AWS takes, kept with it."""

import json

import pytest
from botocore.exceptions import ClientError
from pydantic import ValidationError

from infra.errors import InputError
from infra.models import card_file, card_form, cards, registry

SNAPSHOT = {"rows": 569, "sha256": "a1", "files": [{}]}
SAID = """
purpose: To call patients back in time.
intended_uses: By nurses of the wards, and never to refuse anybody a bed.
risk: high
risk_because: It decides who is seen first.
caveats: It has seen no children.
"""


@pytest.fixture
def root(tmp_path, place):
    """A repository whose model says what it is for."""
    project = tmp_path / place.stack.platform.models[0].project
    project.mkdir(parents=True)
    (project / "card.yaml").write_text(SAID)
    return tmp_path


@pytest.fixture
def version(register, put):
    uri = put("runs/1/snapshot/snapshot.json", SNAPSHOT)
    return register("Approved", snapshot=uri, code="s3://artifacts/code/0a1b2c/", execution="arn:e")


def test_a_card_tells_what_is_known_of_a_version(place, version, root):
    found, card = cards.card(place, "readmission", None, root)
    assert found.arn == version
    assert card["model_overview"] == {
        "model_creator": place.stack.platform.owner,
        "model_artifact": ["s3://artifacts/model.tar.gz"],
    }
    assert card["intended_uses"]["purpose_of_model"] == "To call patients back in time."
    assert card["intended_uses"]["risk_rating"] == "High"
    job = card["training_details"]["training_job_details"]
    assert job["training_datasets"] == ["s3://artifacts/runs/1/snapshot/snapshot.json"]
    (evaluation,) = card["evaluation_details"]
    (quality,) = evaluation["metric_groups"]
    assert quality["name"] == "binary"
    assert {one["name"]: one["value"] for one in quality["metric_data"]} == {"auc": 0.9, "f1": 0.7}
    told = card["additional_information"]
    assert told["caveats_and_recommendations"] == "It has seen no children."
    assert told["custom_details"]["code revision"] == "0a1b2c"
    assert told["custom_details"]["data sha256"] == "a1"


def test_a_kept_card_is_the_versions_own_and_its_approval_stays(place, version, root):
    _, card = cards.card(place, "readmission", None, root)
    cards.keep(place, version, card)
    (kept,) = registry.versions(place, "readmission")
    told = registry.described(place, kept)
    assert json.loads(told["ModelCard"]["ModelCardContent"]) == card
    assert told["ModelCard"]["ModelCardStatus"] == "Draft"
    assert told["ModelApprovalStatus"] == "Approved"
    assert told["CustomerMetadataProperties"]["execution"] == "arn:e"


def test_a_card_that_aws_would_refuse_is_refused(place, version, root, register):
    register("Approved", image="i" * 1025)
    with pytest.raises(InputError, match="none that AWS takes: training_details"):
        cards.card(place, "readmission", 2, root)


def test_without_a_card_none_is_told(place, version):
    (there,) = registry.versions(place, "readmission")
    assert "ModelCard" not in registry.described(place, there)


def test_the_registry_takes_no_card_that_is_no_object(place, version):
    with pytest.raises(ClientError, match="no object of JSON"):
        place.client("sagemaker").update_model_package(
            ModelPackageArn=version, ModelCard={"ModelCardContent": "[]"}
        )


def test_a_card_that_is_too_long_is_not_sent(place, version):
    with pytest.raises(InputError, match=r"has 100,\d+ characters, and AWS takes 100,000"):
        cards.keep(place, version, {"x": "y" * card_form.MOST_CHARACTERS})


def test_a_project_without_a_card_says_nothing(tmp_path):
    assert card_file.said(tmp_path) == {"risk": "unknown"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("purpse: x", "purpse: Extra inputs are not permitted. It has purpose, intended_uses"),
        ("risk: huge", "risk: Input should be 'high', 'medium', 'low' or 'unknown'"),
        ("purpose: [", "card.yaml: "),
        ("- x", "card.yaml: card.yaml: "),
        (f"purpose: {'x' * 2049}", "purpose: String should have at most 2048 characters"),
    ],
)
def test_a_card_file_that_cannot_be_is_refused(tmp_path, text, said):
    (tmp_path / "card.yaml").write_text(text)
    with pytest.raises(InputError, match=r"card\.yaml") as refused:
        card_file.about(tmp_path)
    assert said in str(refused.value)


def test_a_card_has_the_members_of_awss_schema_and_no_others():
    with pytest.raises(ValidationError, match="model_name"):
        card_form.Overview.model_validate({"model_creator": "x", "model_name": "y"})

"""What a card says of a version, and what it leaves out."""

from typing import Any

from components.platform.version_cards.runtime.card import card_of, is_written
from infra.models import card_form

EVALUATION, BASELINE, SNAPSHOT = "s3://a/evaluation.json", "s3://a/baseline.json", "s3://a/snapshot"
PACKAGE = {
    "InferenceSpecification": {
        "Containers": [{"Image": "registry/image@sha256:1f", "ModelDataUrl": "s3://a/model.tar.gz"}]
    },
    "ModelMetrics": {"ModelQuality": {"Statistics": {"S3Uri": EVALUATION}}},
    "DriftCheckBaselines": {"ModelDataQuality": {"Statistics": {"S3Uri": BASELINE}}},
    "CustomerMetadataProperties": {
        "snapshot": SNAPSHOT,
        "code": "s3://a/code/0a1b2c/",
        "execution": "arn:e",
    },
    "ApprovalDescription": "ada: better",
}
BIAS = {
    "facets": [
        {
            "facet": "sex",
            "measures": [
                {
                    "group": "F",
                    "positive": "yes",
                    "measures": {"DPL": {"value": 0.04}, "KL": {"value": None}},
                }
            ],
        }
    ]
}
DOCUMENTS = {
    EVALUATION: {
        "binary_classification_metrics": {"auc": {"value": 0.9}, "confusion_matrix": {}},
    },
    BASELINE: {"bias": BIAS},
    SNAPSHOT: {"rows": 569, "sha256": "a1"},
}
SAID = {"purpose": "To call patients back in time.", "risk": "high"}


def made(package: Any = PACKAGE, documents: Any = DOCUMENTS, said: Any = SAID) -> Any:
    card = card_of(package, documents.get, said, "ml@example.com")
    card_form.Card.model_validate(card)
    return card


def test_it_tells_data_code_metrics_bias_and_what_the_project_says() -> None:
    card = made()
    assert card["model_overview"] == {
        "model_creator": "ml@example.com",
        "model_artifact": ["s3://a/model.tar.gz"],
    }
    assert card["intended_uses"] == {
        "purpose_of_model": "To call patients back in time.",
        "risk_rating": "High",
    }
    assert card["training_details"] == {
        "training_observations": "569 records",
        "training_job_details": {
            "training_datasets": [SNAPSHOT],
            "training_environment": {"container_image": ["registry/image@sha256:1f"]},
        },
    }
    (evaluation,) = card["evaluation_details"]
    assert evaluation["metric_groups"] == [
        {"name": "binary", "metric_data": [{"name": "auc", "type": "number", "value": 0.9}]},
        {
            "name": "bias by sex",
            "metric_data": [{"name": "F, yes: DPL", "type": "number", "value": 0.04}],
        },
    ]
    assert card["additional_information"]["custom_details"] == {
        "code revision": "0a1b2c",
        "data sha256": "a1",
        "image digest": "sha256:1f",
        "execution": "arn:e",
        "decision": "ada: better",
    }


def test_what_is_unknown_is_left_out() -> None:
    assert made({}, {}, {}) == {
        "model_overview": {"model_creator": "ml@example.com", "model_artifact": []},
        "intended_uses": {"risk_rating": "Unknown"},
        "training_details": {"training_job_details": {"training_datasets": []}},
        "evaluation_details": [],
        "additional_information": {"custom_details": {}},
    }


def test_a_card_of_sagemakers_own_is_not_written_and_ours_is() -> None:
    assert not is_written({})
    assert not is_written({"model_overview": {"model_creator": "SageMaker"}})
    assert is_written(made({}, {}, {}))

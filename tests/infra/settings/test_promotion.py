"""Promotion: one environment trains, others deploy what it approved."""

from pathlib import Path

import pytest
import yaml

from infra.settings import SettingsError, load

THREE = {"dev": "111111111111", "staging": "222222222222", "prod": "333333333333"}
VISITS = {
    "name": "visits",
    "record_id": "id",
    "event_time": "at",
    "features": {"id": "string", "at": "string", "age": "integral"},
}
MODEL = {"name": "readmission", "project": "templates/tabular", "features": ["visits"]}
DEV = "stacks/Pulumi.dev.yaml"
FROM_DEV, TO_BOTH = {"from": "dev"}, {"to": ["staging", "prod"]}


def one(**changes):
    return {"accounts": THREE, "models": [MODEL], "features": [VISITS]} | changes


def test_versions_come_from_one_environment_or_go_on_to_others(found):
    accounts = {"accounts": THREE}
    assert found(promotion={"to": ["staging"]}, **accounts) == []
    assert found(promotion={"from": "staging"}, **accounts) == []
    assert found(promotion={"to": ["staging"], "operators": ["Admin*", "path/*/Admin"]}) == []


@pytest.mark.parametrize(
    ("promotion", "message"),
    [
        ({}, "promotion: neither from nor to is given."),
        ({"from": "staging", "to": ["prod"]}, "promotion: from and to are both given."),
        (
            {"from": "staging", "operators": ["Admin"]},
            "promotion: operators belong to the environment that has to.",
        ),
        ({"to": ["prod"], "operators": ["*"]}, 'promotion.operators[1]: "*" names no role.'),
        ({"from": "dev"}, "promotion.from: dev is the environment of this file."),
        ({"to": ["prod", "dev"]}, "promotion.to[2]: dev is the environment of this file."),
        ({"from": "stagng"}, 'promotion.from: "stagng" has no account.'),
        ({"to": ["qa"]}, 'promotion.to[1]: "qa" has no account.'),
    ],
)
def test_a_promotion_that_leads_nowhere_is_refused(found, promotion, message):
    assert found(promotion=promotion, accounts=THREE) == [message]


@pytest.mark.parametrize(
    "setting",
    [
        {"training": {"instance": "ml.c6i.xlarge"}},
        {"accept": {"auc": 0.9}},
        {"kind": "binary"},
        {"drop": ["id"]},
        {"approval": "manual"},
        {"data": "visits/2026"},
        {"delivery": {}},
        {"retrain": {"cooldown_hours": 12}},
    ],
)
def test_how_a_model_is_trained_is_said_where_it_is_trained(found, setting):
    model = {"name": "readmission", "project": "templates/tabular"} | setting
    (key,) = setting
    below = f"{key}.cooldown_hours" if key == "retrain" else key
    assert found(models=[model], promotion={"from": "staging"}) == [
        f"models[readmission].{below}: versions come from staging, where they are trained."
    ]
    assert found(models=[model], promotion={"to": ["staging"]}) == []


def test_how_a_model_is_served_and_watched_is_said_where_it_serves(found):
    group = {
        "name": "visits",
        "record_id": "id",
        "event_time": "id",
        "features": {"id": "string"},
    }
    model = {
        "name": "readmission",
        "project": "templates/tabular",
        "features": ["visits"],
        "processing": {"instance": "ml.m5.xlarge"},
        "serving": {"instance": "ml.c7i.xlarge"},
        "monitor": {"data": "hourly"},
        "retrain": {"on": ["drift"]},
    }
    assert found(features=[group], models=[model], promotion={"from": "staging"}) == []


@pytest.fixture
def said(tmp_path: Path):
    """From settings of environments to the mistakes of one of them."""
    (tmp_path / "stacks").mkdir()
    tabular = tmp_path / "templates" / "tabular"
    tabular.parent.mkdir()
    tabular.symlink_to(Path(__file__).parents[3] / "templates" / "tabular")

    def check(environment, region="eu-west-1", **environments):
        for file in (tmp_path / "stacks").iterdir():
            file.unlink()
        for number, (name, values) in enumerate(environments.items()):
            frame = {
                "owner": "ml@example.com",
                "network": {"cidr": f"10.{number}.0.0/16"},
                "source": {"github": "example/platform"},
            }
            place = region if name == environment else "eu-west-1"
            config = {"aws:region": place, "maslow:platform": frame | values}
            path = tmp_path / "stacks" / f"Pulumi.{name}.yaml"
            path.write_text(yaml.safe_dump({"config": config}))
        try:
            load(tmp_path / "stacks" / f"Pulumi.{environment}.yaml")
        except SettingsError as error:
            return [f"{mistake.setting}: {mistake.message}" for mistake in error.mistakes]
        return []

    return check


def trio(**prod):
    return {
        "dev": one(promotion=TO_BOTH),
        "staging": one(promotion=FROM_DEV),
        "prod": one(promotion=FROM_DEV) | prod,
    }


@pytest.mark.parametrize("environment", THREE)
def test_three_accounts_agree(said, environment):
    assert said(environment, **trio()) == []


def test_a_promotion_is_said_in_both_files(said):
    files = trio()
    files["dev"]["promotion"] = {"to": ["staging"]}
    assert said("prod", **files) == [
        "promotion.from: stacks/Pulumi.dev.yaml does not open its models to prod."
    ]
    files = trio(promotion={"to": ["staging"]})
    assert said("dev", **files) == [
        "promotion.to[2]: stacks/Pulumi.prod.yaml takes no versions from dev."
    ]
    del files["prod"]
    assert said("dev", **files) == [
        "promotion.to[2]: there is no environment prod beside this file."
    ]


def test_an_environment_has_one_account(said):
    files = trio(accounts=THREE | {"dev": "999999999999"})
    assert said("prod", **files)[0] == (
        "accounts.dev: 999999999999 is 111111111111 in stacks/Pulumi.dev.yaml."
    )
    files["dev"].pop("accounts")
    files["staging"].pop("accounts")
    assert said("prod", **files) == [
        "promotion.from: one of this file and stacks/Pulumi.dev.yaml gives no accounts."
    ]


def test_versions_stay_in_their_region(said):
    assert said("prod", "eu-central-1", **trio()) == [
        "promotion.from: dev is in eu-west-1, and this environment in eu-central-1."
    ]


def test_a_promoted_model_is_the_same_in_both(said):
    assert said("prod", **trio(models=[MODEL | {"name": "readmissions"}])) == [
        "models[readmissions].name: stacks/Pulumi.dev.yaml trains no readmissions."
    ]
    assert said("prod", **trio(models=[MODEL | {"target": "readmitted"}])) == [
        f"models[readmission].target: target is not the same in {DEV}, which trains it."
    ]


def test_groups_are_watched_that_are_measured_where_the_model_is_trained(said):
    watched = MODEL | {"monitor": {"bias": {"on": ["age"]}}}
    assert said("prod", **trio(models=[watched])) == [
        f"models[readmission].monitor.bias.on: age is not watched in {DEV}, which trains it."
    ]
    files = trio(models=[watched])
    files["dev"]["models"] = [watched]
    assert [one for one in said("prod", **files) if "bias" in one] == []


def test_a_promoted_model_is_served_in_the_image_that_it_is_registered_with(said):
    def served(instance, version):
        return MODEL | {"serving": {"instance": instance, "framework": {"huggingface": version}}}

    neuron = "huggingface-pytorch-inference-neuronx:2.8.0-transformers4.55.4-neuronx-py310"
    plain = "huggingface-pytorch-inference:2.6.0-transformers4.51.3-cpu-py312-ubuntu22.04"
    told = "models[readmission].serving: it would be served in"
    files = trio(models=[served("ml.inf2.xlarge", "4.55")])
    (mistake,) = said("prod", **files)
    assert mistake.startswith(f"{told} {neuron}")
    assert mistake.endswith(f"and {DEV}, which trains it, registers it for the image of its jobs.")
    files["dev"]["models"] = [served("ml.c6i.large", "4.51")]
    assert f"registers it for {plain}." in said("prod", **files)[0]
    files["dev"]["models"] = [served("ml.inf2.8xlarge", "4.55")]
    assert said("prod", **files) == []


def test_a_promoted_model_reads_the_columns_that_it_was_trained_on(said):
    wider = VISITS | {"version": 2, "features": VISITS["features"] | {"nights": "integral"}}
    (mistake,) = said("prod", **trio(features=[VISITS, wider]))
    assert mistake == (
        f"models[readmission].features: its feature groups have other columns in {DEV}, "
        "which trains it."
    )
    files = trio(features=[VISITS, wider])
    files["dev"]["features"] = files["staging"]["features"] = [wider]
    assert said("prod", **files) == []


def test_one_environment_of_an_account_has_images_scanned_by_inspector(said):
    shared = {"accounts": dict.fromkeys(THREE, "111111111111")}
    files = {name: shared | {"registry": {"scanning": "enhanced"}} for name in ("dev", "prod")}
    assert said("dev", **files) == []
    assert said("prod", **files) == [
        "registry.scanning: dev has the images of the same account scanned, and these with them."
    ]
    apart = {name: {**values, "accounts": THREE} for name, values in files.items()}
    assert said("prod", **apart) == []

from dataclasses import replace

import pytest

from infra.errors import InputError
from infra.models import place as places


def test_an_environment_that_nothing_serves_says_how_to_serve_it(project, tmp_path, monkeypatch):
    monkeypatch.setattr(places.serving, "find", lambda *_: None)
    with pytest.raises(InputError, match=r"Nothing serves local.*`maslow up -s local --serve`"):
        places.place_of(project, project.stack("local"))


def test_credentials_of_another_account_are_refused(place, project):
    stack = project.stack("dev")
    with pytest.raises(InputError, match="of account 123456789012; dev is in account 111111111111"):
        places.require_account(place.client, stack)
    accounts = {"dev": "123456789012"}
    same = replace(stack, platform=stack.platform.model_copy(update={"accounts": accounts}))
    places.require_account(place.client, same)


def test_the_group_of_what_another_environment_trains_is_its_arn(place, project):
    assert place.group("readmission") == "maslow-dev-readmission"
    prod = replace(place, stack=project.stack("prod"))
    assert prod.group("readmission") == (
        "arn:aws:sagemaker:eu-west-1:111111111111:model-package-group/maslow-dev-readmission"
    )


def test_a_model_that_is_not_there_is_told_with_those_that_are(project):
    with pytest.raises(InputError, match=r"no model readmision. Did you mean readmission\?"):
        places.model_of(project.stack("dev"), "readmision")
    assert places.model_of(project.stack("dev"), "readmission").name == "readmission"

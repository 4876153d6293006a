from catalog.instances import FAMILIES, family_of
from infra.settings.aws import allowed


def test_every_family_that_sagemaker_offers_is_known_and_no_other() -> None:
    offered = {instance.split(".")[1] for types in allowed().values() for instance in types}
    assert offered - FAMILIES.keys() == set(), "say in catalog/instances.py what they can do"
    assert FAMILIES.keys() - offered == set()


def test_a_type_is_of_its_family() -> None:
    assert family_of("ml.c7i-flex.large") == FAMILIES["c7i-flex"]
    assert family_of("ml.inf1.xlarge").accelerator == "Inferentia"
    assert not family_of("ml.inf1.xlarge").guardrails

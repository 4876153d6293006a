import botocore.session
import pytest

from components.platform.instance_types import has_local_storage

DISKS_OF_THEIR_OWN = [
    "c5d",
    "dl1",
    "g4dn",
    "g5",
    "g6",
    "g6e",
    "m6gd",
    "p3dn",
    "p4d",
    "p4de",
    "p5",
    "p5en",
    "p6-b200",
    "p6e-gb200",
    "r7gd",
    "trn1",
    "trn1n",
    "trn2",
]


@pytest.mark.parametrize("family", DISKS_OF_THEIR_OWN)
def test_families_with_disks_of_their_own_refuse_a_volume_key(family):
    assert has_local_storage(f"ml.{family}.xlarge")


@pytest.mark.parametrize(
    "family", ["c5", "c5n", "c6gn", "c7i-flex", "inf1", "inf2", "m6i", "p2", "p3", "r6i", "t3"]
)
def test_families_on_network_volumes_take_a_volume_key(family):
    assert not has_local_storage(f"ml.{family}.xlarge")


def test_what_is_no_instance_type_is_refused():
    with pytest.raises(ValueError, match=r"m6i\.large"):
        has_local_storage("m6i.large")


@pytest.mark.parametrize("use", ["Training", "Processing", "ProductionVariant"])
def test_every_instance_type_that_sagemaker_knows_is_answered(use):
    model = botocore.session.get_session().get_service_model("sagemaker")
    types = model.shape_for(f"{use}InstanceType").enum

    assert {has_local_storage(type_) for type_ in types} == {True, False}

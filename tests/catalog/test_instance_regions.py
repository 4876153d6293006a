from catalog.generate_instance_regions import generated, rendered
from catalog.instance_regions import FILE, offered, offerings
from catalog.instances import family_of
from infra.settings.aws import allowed, allowed_regions


def test_the_committed_offerings_are_those_of_moto() -> None:
    assert FILE.read_text() == rendered(generated()), (
        "run: python -m catalog.generate_instance_regions"
    )


def test_they_tell_of_accelerators_in_regions_that_settings_take() -> None:
    assert set(offerings().asked) <= set(allowed_regions())
    for name, regions in offerings().types.items():
        assert family_of(name).accelerator
        assert regions
        assert set(regions) <= set(offerings().asked)


def test_a_region_has_a_type_or_lacks_it_or_nobody_knows() -> None:
    assert offered("ml.g6.xlarge", "eu-central-1") is True
    assert offered("ml.g6.xlarge", "eu-west-1") is False
    assert offered("ml.g6.xlarge", "mx-central-1") is None
    assert offered("ml.m5.large", "eu-west-1") is None


def test_what_is_offered_nowhere_is_not_known_to_be_lacking() -> None:
    retired = {name for names in allowed().values() for name in names if ".p3." in name}
    assert retired
    assert {offered(name, "eu-west-1") for name in retired} == {None}

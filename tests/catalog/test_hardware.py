from catalog.generate_hardware import generated, of, rendered
from catalog.hardware import FILE, Hardware, hardware
from catalog.instances import PREVIOUS, family_of
from components.platform.instance_types import has_local_storage
from infra.settings.aws import allowed


def test_the_committed_hardware_is_that_of_moto() -> None:
    assert FILE.read_text() == rendered(generated()), "run: python -m catalog.generate_hardware"


def test_every_type_of_these_days_is_known_but_one() -> None:
    names = {name for names in allowed().values() for name in names}

    unknown = {name for name in names - hardware().keys() if name.split(".")[1] not in PREVIOUS}

    assert unknown == {"ml.p6e-gb200.36xlarge"}


def test_what_has_accelerators_is_of_a_family_that_has_them() -> None:
    for name, what in hardware().items():
        told = bool(what.accelerator), what.accelerators > 0, what.accelerator_gib > 0
        assert set(told) == {bool(family_of(name).accelerator)}, name


def test_what_has_disks_of_its_own_gets_no_key_for_its_volumes() -> None:
    for name, what in hardware().items():
        assert has_local_storage(name) == (what.disk_gb > 0), name


def test_known_types_are_as_aws_describes_them() -> None:
    assert hardware()["ml.p5.48xlarge"] == Hardware(192, 2048, "H100", 8, 640, 30_400, 32)
    assert hardware()["ml.trn2.48xlarge"].accelerator_gib == 16 * 96
    assert hardware()["ml.inf2.xlarge"][2:5] == ("Inferentia2", 1, 32)
    assert hardware()["ml.m5.large"] == Hardware(2, 8)


def test_efa_counts_where_it_is_supported_alone() -> None:
    told = {
        "VCpuInfo": {"DefaultVCpus": 1},
        "MemoryInfo": {"SizeInMiB": 1024},
        "NetworkInfo": {"EfaInfo": {"MaximumEfaInterfaces": 2}, "EfaSupported": True},
    }
    assert of(told).efa == 2
    told["NetworkInfo"] = {**told["NetworkInfo"], "EfaSupported": False}
    assert of(told).efa == 0

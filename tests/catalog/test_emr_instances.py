from catalog.emr_instances import FILE, LEAST_VCPU, emr_instances
from catalog.generate_emr_instances import generated, rendered


def test_the_committed_types_are_those_of_moto() -> None:
    assert FILE.read_text() == rendered(generated()), (
        "run: python -m catalog.generate_emr_instances"
    )


def test_nodes_have_room_and_encrypt_what_they_send() -> None:
    vcpu = emr_instances().vcpu
    assert vcpu["m7g.xlarge"] == 4
    assert vcpu["r8g.4xlarge"] == 16
    assert min(vcpu.values()) >= LEAST_VCPU
    too_small, unencrypted, accelerated = "c7g.xlarge", "m6g.xlarge", "g6.xlarge"
    assert not {too_small, unencrypted, accelerated} & vcpu.keys()

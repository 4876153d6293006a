"""The names of EMR's service accounts, against what AWS's own documentation shows."""

from catalog.emr_service_accounts import base36, service_accounts


def test_a_name_is_written_to_the_base_of_36():
    # Worked out by hand: "a" is 97, which is 2 * 36 + 25; "ab" is 97 * 256 + 98 = 24930.
    assert base36("a") == "2p"
    assert base36("ab") == "j8i"
    assert int(base36("mp-dev-job"), 36).to_bytes(10) == b"mp-dev-job"


def test_a_role_has_three_of_them():
    found = service_accounts("123456789012", "a")
    assert found == [
        "emr-containers-sa-spark-client-123456789012-2p",
        "emr-containers-sa-spark-driver-123456789012-2p",
        "emr-containers-sa-spark-executor-123456789012-2p",
    ]
    longest = service_accounts("123456789012", "z" * 64)[-1]
    assert (
        len(longest) <= 253
    )  # https://kubernetes.io/docs/concepts/overview/working-with-objects/names/

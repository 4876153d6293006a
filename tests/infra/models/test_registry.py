from infra.models import registry


def both(place):
    return registry.versions(place, "readmission")


def test_a_model_whose_group_is_not_there_has_no_version(place):
    assert registry.versions(place, "length-of-stay") == []


def test_versions_are_those_of_the_models_group_by_their_status(place, register):
    register("Approved")
    register("Rejected")
    register("PendingManualApproval")
    register("Approved")
    found = both(place)
    assert [one.number for one in found] == [4, 3, 2, 1]
    assert [one.number for one in registry.approved(found)] == [4, 1]
    assert [one.number for one in registry.waiting(found)] == [3]


def test_more_versions_than_a_page_has_are_listed(place, register):
    for _ in range(102):
        register("Rejected", metrics=None)
    assert len(both(place)) == 102


def test_the_metrics_are_those_that_were_registered(place, register):
    register("Approved")
    package = registry.described(place, both(place)[0])
    assert registry.measured(place, package) == ("binary", {"auc": 0.9, "f1": 0.7})


def test_metrics_that_cannot_be_read_are_unknown(place, register, cloud):
    register("Approved", metrics=None)
    assert registry.measured(place, registry.described(place, both(place)[0])) == (None, None)
    register("Approved")
    for one in cloud.client("s3").list_objects_v2(Bucket="artifacts")["Contents"]:
        cloud.client("s3").delete_object(Bucket="artifacts", Key=one["Key"])
    assert registry.measured(place, registry.described(place, both(place)[0])) == (None, None)


def test_versions_that_were_not_compared_are_told_by_what_was_registered(place, register):
    register("Approved", metrics={"auc": {"value": 0.8}})
    register("PendingManualApproval", metrics={"auc": {"value": 0.85}})
    new, old = both(place)
    assert registry.comparison(place, new, old) == {
        "source": "registered",
        "candidate": {"auc": 0.85},
        "live": {"auc": 0.8},
        "better": None,
        "reason": None,
    }
    assert registry.comparison(place, new, None)["live"] is None


def test_a_comparison_counts_for_more_than_what_was_registered(place, register, put):
    register("Approved")
    compared = {
        "schema": "maslow/comparison",
        "version": 1,
        "kind": "binary",
        "candidate": {"package": "arn/2", "held_out": {"auc": 0.912}, "newest": None},
        "live": {"package": "arn/1", "held_out": {"auc": 0.843}, "newest": None},
        "records": {"held_out": 300, "newest": 0},
        "better": True,
        "reason": "auc 0.912 against 0.843 on the same 300 held-out records",
    }
    register("PendingManualApproval", comparison=put("comparison.json", compared))
    new, old = both(place)
    assert registry.comparison(place, new, old) == {
        "source": "comparison",
        "candidate": {"auc": 0.912},
        "live": {"auc": 0.843},
        "better": True,
        "reason": "auc 0.912 against 0.843 on the same 300 held-out records",
    }
    assert registry.recorded({**compared, "live": None})["live"] is None

import pytest

SHARE = {
    "name": "research",
    "account": "444455556666",
    "external_id": "research-2026",
    "reads": ["curated.visits"],
}
DATABRICKS = {
    "name": "lakehouse",
    "databricks": {"external_id": "0000-1111", "writes": ["curated.scores"]},
    "reads": ["curated.visits"],
}


def test_sound_shares_are_taken(found):
    assert found(shares=[SHARE, DATABRICKS]) == []


@pytest.mark.parametrize(
    ("share", "said"),
    [
        ({"name": "x", "reads": ["curated.visits"]}, "a share is for one account, or for"),
        (SHARE | {"external_id": None}, "an account takes a role by an external id."),
        (SHARE | {"databricks": {"external_id": "0000"}}, "a share is for one account, or for"),
        (DATABRICKS | {"external_id": "0000"}, "Databricks has one of its own."),
        (SHARE | {"external_id": "a b"}, '"a b" is not an external id.'),
        (SHARE | {"name": "Research"}, '"Research" is not a name for a share.'),
        (SHARE | {"account": 444455556666}, "is a number, and an account's id is text."),
        (SHARE | {"reads": ["curated"]}, '"curated" is not a place of the lake.'),
        (SHARE | {"reads": []}, "shares[research].reads: "),
    ],
)
def test_a_share_that_cannot_be_is_refused(found, share, said):
    (mistake,) = found(shares=[share])
    assert said in mistake


def test_two_shares_of_one_name_are_refused(found):
    (mistake,) = found(shares=[SHARE, SHARE])
    assert mistake.endswith("two shares are called research.")

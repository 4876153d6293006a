"""Examples after AWS's page of comparison operators.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

import pytest

from catalog.event_patterns import Invalid, check, matches, parse

EVENT = {
    "source": "aws.sagemaker",
    "detail-type": "SageMaker Endpoint State Change",
    "account": "123456789012",
    "resources": ["arn:one", "arn:two"],
    "detail": {
        "name": "Fraud-live",
        "count": 300,
        "flag": True,
        "nothing": None,
        "file": "dir/image.png",
        "ip": "10.0.0.7",
        "items": [{"id": "a", "size": 1}, {"id": "b", "size": 2}],
    },
}


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"name": ["Fraud-live"]}, True),
        ({"name": ["fraud-live", "other"]}, False),
        ({"name": [{"equals-ignore-case": "fraud-LIVE"}]}, True),
        ({"name": [{"prefix": "Fraud"}]}, True),
        ({"name": [{"prefix": {"equals-ignore-case": "FRAUD"}}]}, True),
        ({"name": [{"prefix": "raud"}]}, False),
        ({"file": [{"suffix": ".png"}]}, True),
        ({"file": [{"suffix": {"equals-ignore-case": ".PNG"}}]}, True),
        ({"file": [{"wildcard": "dir/*.png"}]}, True),
        ({"file": [{"wildcard": "dir/*.jpg"}]}, False),
        ({"file": [{"wildcard": r"dir/\*.png"}]}, False),
        ({"name": [{"anything-but": "Fraud-live"}]}, False),
        ({"name": [{"anything-but": ["a", "b"]}]}, True),
        ({"name": [{"anything-but": {"prefix": "Fraud"}}]}, False),
        ({"name": [{"anything-but": {"suffix": ["-dev", "-test"]}}]}, True),
        ({"name": [{"anything-but": {"wildcard": "*live"}}]}, False),
        ({"count": [{"anything-but": 300}]}, False),
        ({"count": [{"numeric": [">", 0, "<=", 300]}]}, True),
        ({"count": [{"numeric": ["=", 301]}]}, False),
        ({"name": [{"numeric": ["<", 5]}]}, False),
        ({"flag": [True]}, True),
        ({"flag": [1]}, False),
        ({"count": [300.0]}, True),
        ({"nothing": [None]}, True),
        ({"lacking": [{"exists": False}]}, True),
        ({"name": [{"exists": False}]}, False),
        ({"name": [{"exists": True}]}, True),
        ({"lacking": {"below": [{"exists": False}]}}, True),
        ({"lacking": [{"anything-but": "x"}]}, False),
        ({"ip": [{"cidr": "10.0.0.0/24"}]}, True),
        ({"ip": [{"cidr": "10.0.1.0/24"}]}, False),
        ({"items": {"id": ["b"]}}, True),
        ({"items": {"id": ["c"]}}, False),
        ({"items": {"id": ["a"], "size": [2]}}, False),
        ({"$or": [{"name": ["x"]}, {"count": [300]}]}, True),
        ({"$or": [{"name": ["x"]}, {"count": [1]}]}, False),
        ({"$or": [{"name": ["x"]}, {"count": [300]}], "flag": [False]}, False),
    ],
)
def test_an_event_matches_by_its_detail(detail, expected):
    check({"detail": detail})
    assert matches({"detail": detail}, EVENT) is expected


def test_an_array_matches_by_any_of_its_items():
    assert matches({"resources": ["arn:two"]}, EVENT)
    assert not matches({"resources": ["arn:three"]}, EVENT)
    assert matches({"resources": [{"prefix": "arn:"}]}, EVENT)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "Invalid JSON"),
        ("[]", "JSON object"),
        ('{"source": "aws.s3"}', "object or an array"),
        ('{"source": []}', "Empty arrays"),
        ('{"source": [{"begins": "aws"}]}', "begins"),
        ('{"detail": {"n": [{"numeric": ["~", 1]}]}}', "numeric"),
        ('{"detail": {"n": [{"exists": "yes"}]}}', "exists"),
        ('{"detail": {"n": [{"anything-but": {"like": "x"}}]}}', "like"),
    ],
)
def test_what_is_no_pattern_is_refused(text, told):
    with pytest.raises(Invalid, match=told):
        parse(text)

"""Examples after AWS's page of input transformation.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json

import pytest

from embedded.event_inputs import ABSENT, Invalid, at, text_for

RULE = {"name": "watch", "arn": "arn:aws:events:eu-west-1:123456789012:rule/watch"}
EVENT = {
    "id": "7bf73129",
    "detail-type": "EC2 Instance State-change Notification",
    "time": "2015-11-11T21:29:54Z",
    "resources": ["arn:one"],
    "detail": {"instance-id": "i-0123456789", "state": "RUNNING", "count": 3, "said": 'a "b"'},
}


def sent(**target):
    return text_for(target, EVENT, RULE)


def transformed(template, **paths):
    return sent(InputTransformer={"InputTemplate": template, "InputPathsMap": paths})


def test_a_target_gets_the_whole_event():
    assert json.loads(sent()) == EVENT


def test_a_target_gets_a_constant_or_a_part():
    assert sent(Input='{"a": 1}') == '{"a": 1}'
    assert json.loads(sent(InputPath="$.detail")) == EVENT["detail"]
    assert sent(InputPath="$.detail-type") == '"EC2 Instance State-change Notification"'


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'),
        ('{"instance": <instance>, "n": <count>}', '{"instance": "i-0123456789", "n": 3}'),
        ('{"instance": "<instance>", "n": "<count>"}', '{"instance": "i-0123456789", "n": "3"}'),
        ('{"said": "He said <said>."}', '{"said": "He said a \\"b\\"."}'),
        ('{"rule": "<aws.events.rule-name>"}', '{"rule": "watch"}'),
        ('{"lacking": "<lacking>", "x": <lacking>}', '{"lacking": "", "x": ""}'),
        ('"<undeclared>"', '"<undeclared>"'),
    ],
)
def test_a_template_is_filled(template, expected):
    paths = {
        "instance": "$.detail.instance-id",
        "state": "$.detail.state",
        "count": "$.detail.count",
        "said": "$.detail.said",
        "lacking": "$.detail.lacking",
    }
    assert transformed(template, **paths) == expected


def test_a_template_may_hold_the_whole_event():
    assert json.loads(transformed('{"all": <aws.events.event.json>}')) == {"all": EVENT}


def test_a_path_leads_into_arrays():
    assert at("$.resources[0]", EVENT) == "arn:one"
    assert at("$.resources[1]", EVENT) is ABSENT
    with pytest.raises(Invalid):
        at("detail.state", EVENT)

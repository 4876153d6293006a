"""A record of a story as the demonstration would tell it, with a clock of the tests' own."""

from datetime import UTC, datetime, timedelta

from infra.demo import costs, story
from infra.demo.timeline import Kind, Timeline

BEGAN = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
NOT_EMULATED = {
    "aws:cfg/conformancePack:ConformancePack": 1,
    "aws:guardduty/detector:Detector": 2,
    "aws:networkfirewall/firewall:Firewall": 1,
}


class Hand:
    """A clock that goes when it is told to."""

    def __init__(self):
        self.at = BEGAN

    def now(self):
        return self.at

    def go(self, minutes):
        self.at += timedelta(minutes=minutes)


def timeline(hand, **more):
    return Timeline(
        hand.now,
        environment="demo",
        region="eu-west-1",
        model="tumour-screening",
        stated={"Data": story.DATA, "Shift": story.SHIFT, "Faulty version": story.FAULT},
        **more,
    )


def whole(made, hand):
    """Tell all of it."""
    _drifted(made, hand)
    _better(made, hand)
    _rolled_back(made, hand)


def _sent(made, hand, requests=53, errors=0, rows=159, minutes=60):
    since = hand.at
    hand.go(minutes)
    made.traffic(since=since, requests=requests, errors=errors, rows=rows)


def _drifted(made, hand):
    made.tell(Kind.DEPLOY, "The platform stands: 291 resources.", resources=291)
    hand.go(3)
    made.tell(Kind.TRAIN, "Version 1 is trained on 220 records of the first clinic.", auc=0.996)
    hand.go(2)
    made.serves({1: 1})
    made.tell(Kind.RELEASE, "Version 1 serves all requests.", version=1)
    _sent(made, hand, minutes=55)
    made.quality(0.969, metric="accuracy", rows=159, version=1)
    made.drift(0.99, rows=159, version=1, status="ok")
    made.tell(Kind.MONITOR, "159 rows are like those of the training.", worst=0.99)
    _sent(made, hand)
    made.quality(0.969, metric="accuracy", rows=159, version=1)
    made.drift(0.81, rows=159, version=1, status="ok")
    made.tell(Kind.TRAFFIC, "A second clinic joins: half of the requests come from it.")
    _sent(made, hand)
    made.quality(0.679, metric="accuracy", rows=159, version=1)
    made.drift(10.6, rows=159, version=1, status="violations")
    made.tell(Kind.DRIFT, "Drift of worst_radius, mean_radius, mean_area and 9 more.", worst=10.6)
    hand.go(2)
    made.alarm("Drift of the requests", is_on=True)
    made.tell(Kind.ALARM, "The alarm for drift goes off.")
    made.tell(Kind.TOLD, "Mail to you@example.com: the requests are not what the model learned.")
    made.tell(Kind.LOOP, "The loop begins: training on 410 records of both clinics.", records=410)


def _better(made, hand):
    hand.go(12)
    made.tell(
        Kind.COMPARE,
        "Version 2 is better: auc 0.999 against 0.912 on 62 records.",
        auc=0.999,
    )
    made.tell(Kind.APPROVE, "Version 2 is approved by you.", version=2)
    _sent(made, hand, minutes=16)
    made.serves({1: 0.9, 2: 0.1})
    made.tell(Kind.CANARY, "A tenth of the requests goes to version 2.", version=2)
    _sent(made, hand, minutes=10)
    made.serves({2: 1})
    made.tell(Kind.RELEASE, "Version 2 serves all requests.", version=2)
    _sent(made, hand, minutes=20)
    made.quality(0.962, metric="accuracy", rows=159, version=2)
    made.drift(0.99, rows=159, version=2, status="ok")
    made.tell(Kind.MONITOR, "The same requests are like what version 2 learned.", worst=0.99)
    hand.go(2)
    made.alarm("Drift of the requests", is_on=False)
    made.tell(Kind.CALM, "The alarm for drift is over.")
    _sent(made, hand, minutes=58)
    made.quality(0.962, metric="accuracy", rows=159, version=2)
    made.drift(0.87, rows=159, version=2, status="ok")


def _rolled_back(made, hand):
    made.tell(Kind.FAULT, "Version 3 is registered by hand; its handler has a fault.", version=3)
    hand.go(5)
    made.serves({2: 0.9, 3: 0.1})
    made.tell(Kind.CANARY, "A tenth of the requests goes to version 3.", version=3)
    _sent(made, hand, requests=160, errors=9, rows=480, minutes=4)
    made.alarm("Errors of the endpoint", is_on=True)
    made.tell(Kind.ALARM, "The alarm for errors goes off: 9 of 160 requests failed.", errors=9)
    hand.go(1)
    made.serves({2: 1})
    made.tell(Kind.ROLLBACK, "AWS rolls back: version 2 serves all requests again.", version=2)
    made.tell(Kind.TOLD, "Mail to you@example.com: the deployment of version 3 was rolled back.")
    _sent(made, hand, minutes=10)
    made.alarm("Errors of the endpoint", is_on=False)
    made.tell(Kind.CALM, "The alarm for errors is over.")
    _sent(made, hand, minutes=40)
    made.quality(0.962, metric="accuracy", rows=159, version=2)
    made.drift(0.93, rows=159, version=2, status="ok")


def document():
    """The whole story: drift, a better version, and one that is rolled back."""
    hand = Hand()
    made = timeline(hand)
    whole(made, hand)
    return made.document(
        141.6,
        costs=costs.lines(
            [
                costs.Usage("Endpoint, one instance", "hosting ml.m5.xlarge", 5.1),
                costs.Usage("2 training jobs", "training ml.m5.large", None),
                costs.Usage("9 runs of the monitor", "processing ml.t9.unheard", None),
            ],
            "us-east-1",
        ),
        not_emulated=NOT_EMULATED,
    )

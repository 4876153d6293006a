from datetime import timedelta

import pytest

from embedded.clock import utcnow
from embedded.sagemaker.caching import Success, recalled


@pytest.mark.parametrize(
    ("expiry", "hours"),
    [("PT1H", 1), ("P1DT12H", 36), ("p30d", 720), ("30d", 720), ("T12H", 12), ("PT90M", 1.5)],
)
def test_a_success_is_recalled_until_it_is_too_old(expiry, hours):
    step = {"Name": "one", "CacheConfig": {"Enabled": True, "ExpireAfter": expiry}}

    def found(age):
        success = Success("arn", utcnow() - timedelta(hours=age), {}, {})
        return recalled({"key": success}, "key", step) is success

    assert found(hours - 0.1)
    assert not found(hours + 0.1)

import pytest


def test_a_region_has_one_hub(cloud):
    securityhub = cloud.client("securityhub")
    securityhub.enable_security_hub()
    with pytest.raises(securityhub.exceptions.ResourceConflictException, match="already"):
        securityhub.enable_security_hub()
    securityhub.disable_security_hub()
    securityhub.enable_security_hub()
    securityhub.disable_security_hub()

import pytest


def test_a_region_has_one_hub(cloud):
    securityhub = cloud.client("securityhub")
    securityhub.enable_security_hub()
    with pytest.raises(securityhub.exceptions.ResourceConflictException, match="already"):
        securityhub.enable_security_hub()
    securityhub.disable_security_hub()
    securityhub.enable_security_hub()
    securityhub.disable_security_hub()


def test_a_hub_keeps_how_it_is_configured(cloud):
    securityhub = cloud.client("securityhub")
    with pytest.raises(securityhub.exceptions.InvalidAccessException):
        securityhub.update_security_hub_configuration(AutoEnableControls=False)
    securityhub.enable_security_hub()
    assert securityhub.describe_hub()["AutoEnableControls"] is True
    securityhub.update_security_hub_configuration(AutoEnableControls=False)
    assert securityhub.describe_hub()["AutoEnableControls"] is False
    assert securityhub.describe_hub()["ControlFindingGenerator"] == "SECURITY_CONTROL"
    securityhub.disable_security_hub()

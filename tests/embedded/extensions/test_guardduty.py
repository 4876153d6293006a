import pytest


def test_a_region_has_one_detector(cloud):
    guardduty = cloud.client("guardduty")
    only = guardduty.create_detector(Enable=True)["DetectorId"]
    with pytest.raises(guardduty.exceptions.BadRequestException, match="already exists"):
        guardduty.create_detector(Enable=True)
    guardduty.delete_detector(DetectorId=only)
    guardduty.delete_detector(DetectorId=guardduty.create_detector(Enable=True)["DetectorId"])

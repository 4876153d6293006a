"""Moves between storage classes: the ones that S3 takes, and the others."""

import botocore.session
import pytest

from components.common.storage_classes import STORAGE_CLASSES, refused_moves


def test_every_class_is_one_of_s3s() -> None:
    s3 = botocore.session.get_session().get_service_model("s3")
    assert set(STORAGE_CLASSES.values()) <= set(s3.shape_for("TransitionStorageClass").enum)


@pytest.mark.parametrize(
    "storage",
    [
        {},
        {"intelligent": 0},
        {"standard_ia": 30, "glacier_ir": 60},
        {"deep_archive": 365, "glacier_ir": 90},
        {"standard_ia": 30, "intelligent": 60, "glacier_ir": 61, "glacier": 62, "deep_archive": 63},
    ],
)
def test_moves_in_s3s_order_are_taken(storage: dict[str, int]) -> None:
    assert list(refused_moves(storage, 366)) == []


@pytest.mark.parametrize(
    ("storage", "class_", "said"),
    [
        ({"standard_ia": 29}, "standard_ia", "after 30 days at the earliest, not 29"),
        ({"standard_ia": 30, "glacier_ir": 59}, "glacier_ir", "after 60 at the earliest"),
        ({"glacier_ir": 90, "deep_archive": 90}, "deep_archive", "after 91 at the earliest"),
        ({"glacier": 30, "intelligent": 60}, "glacier", "from intelligent"),
        ({"glacier_ir": 400}, "glacier_ir", "objects expire after 366 days"),
        ({"glacier_ir": 366}, "glacier_ir", "none moves after 366"),
    ],
)
def test_a_move_that_s3_refuses_is_told(storage: dict[str, int], class_: str, said: str) -> None:
    ((found, reason),) = refused_moves(storage, 366)
    assert found == class_
    assert said in reason

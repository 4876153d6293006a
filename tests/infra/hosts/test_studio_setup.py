"""What apps of Studio start with, on the embedded AWS: made, changed, left out, and all gone."""

import base64

import pytest

from embedded.cloud import Cloud
from infra.hosts.session import session
from infra.settings import from_config
from tests.embedded_settings import EMBEDDED

FIRST, SECOND = "#!/bin/bash\necho first\n", "#!/bin/bash\necho second\n"


def settings(**studio):
    teams = {"oncology": {"members": {"ana": "data-scientist"}}}
    values = {
        **EMBEDDED,
        "alerts": {"email": ["ml@example.com"]},
        "studio": {"teams": teams, **studio},
    }
    if not studio:
        del values["studio"]
    return from_config(values, "eu-west-1", "dev")


class Life:
    """What apps started with at each time of a studio's life."""

    def __init__(self, cloud, project, script):
        self.sagemaker = cloud.client("sagemaker")
        told = {"setup": str(script.relative_to(project.root)), "idle_minutes": 60}
        script.write_text(FIRST)
        stack = settings(**told)
        with session(project, stack, cloud, lambda _: None) as up:
            up(stack)
            self.first = self.scripts()
            self.domain = self.sagemaker.list_domains()["Domains"][0]["DomainId"]
            script.write_text(SECOND)
            up(stack)
            self.second, self.starting = self.scripts(), self.settings()
            up(settings(idle_minutes=60))
            self.left_out, self.starting_without = self.scripts(), self.settings()
            up(stack)
            up(settings())
            self.after = self.scripts()

    def scripts(self):
        """The scripts that there are, by ARN."""
        return {
            one["StudioLifecycleConfigArn"]: base64.b64decode(
                self.sagemaker.describe_studio_lifecycle_config(
                    StudioLifecycleConfigName=one["StudioLifecycleConfigName"]
                )["StudioLifecycleConfigContent"]
            ).decode()
            for one in self.sagemaker.list_studio_lifecycle_configs()["StudioLifecycleConfigs"]
        }

    def settings(self):
        return self.sagemaker.describe_user_profile(DomainId=self.domain, UserProfileName="ana")[
            "UserSettings"
        ]


@pytest.fixture(scope="module")
def life(project):
    script = project.root / "studio-setup.sh"
    with Cloud("eu-west-1") as running:
        yield Life(running, project, script)
    script.unlink()


def test_both_kinds_of_apps_get_the_script_of_the_repository(life):
    assert [*life.first.values()] == [FIRST, FIRST]


def test_a_changed_script_takes_the_place_of_the_one_before(life):
    assert [*life.second.values()] == [SECOND, SECOND]
    assert not life.first.keys() & life.second.keys()
    for app in ("JupyterLabAppSettings", "CodeEditorAppSettings"):
        (arn,) = life.starting[app]["LifecycleConfigArns"]
        assert arn in life.second
        assert life.starting[app]["DefaultResourceSpec"]["LifecycleConfigArn"] == arn


def test_a_script_that_is_left_out_goes(life):
    assert life.left_out == {}
    assert "LifecycleConfigArns" not in life.starting_without["JupyterLabAppSettings"]


def test_nothing_stays_when_studio_goes(life):
    assert life.after == {}

"""Images that apps of Studio start in, on the embedded AWS: made, changed, and all gone."""

import pytest

from embedded.cloud import Cloud
from infra.hosts.session import session
from infra.settings import from_config

ECR = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/notebooks"


def settings(**studio):
    members = {"members": {"ana": "data-scientist"}}
    teams = {"oncology": members, "cardiology": {"members": {"ben": "ml-engineer"}}}
    values = {
        "owner": "ml@example.com",
        "cloud": "embedded",
        "durability": "disposable",
        "network": {"cidr": "10.10.0.0/16", "endpoints": "none"},
        "source": {"github": "example/platform"},
        "alerts": {"email": ["ml@example.com"]},
        "studio": {"teams": teams, **studio},
    }
    if not studio:
        del values["studio"]
    return from_config(values, "eu-west-1", "dev")


def images(tag):
    return {
        "torch": {"image": f"{ECR}:{tag}", "title": "PyTorch"},
        "r": {"image": f"{ECR}/r:1", "apps": ["jupyterlab"], "teams": ["oncology"]},
    }


class Life:
    """The images at each time of a studio's life."""

    def __init__(self, cloud, project):
        self.sagemaker = cloud.client("sagemaker")
        first = settings(images=images(1), idle_minutes=60)
        with session(project, first, cloud, lambda _: None) as up:
            up(first)
            self.domain = self.sagemaker.list_domains()["Domains"][0]["DomainId"]
            self.first, self.ana, self.ben = self.there(), self.offered("ana"), self.offered("ben")
            self.everybody = self.sagemaker.describe_domain(DomainId=self.domain)[
                "DefaultUserSettings"
            ]
            up(settings(images=images(2), idle_minutes=60))
            self.second, self.then = self.there(), self.offered("ben")
            up(settings(idle_minutes=60))
            self.left_out, self.plain = self.there(), self.offered("ana")
            up(first)
            up(settings())
            self.after = self.there()

    def there(self):
        """The versions of each image with what they are of, and the configurations."""
        names = [one["ImageName"] for one in self.sagemaker.list_images()["Images"]]
        versions = {
            name: {
                one["Version"]: self.sagemaker.describe_image_version(
                    ImageName=name, Version=one["Version"]
                )["BaseImage"]
                for one in self.sagemaker.list_image_versions(ImageName=name)["ImageVersions"]
            }
            for name in names
        }
        configs = self.sagemaker.list_app_image_configs()["AppImageConfigs"]
        return versions, sorted(one["AppImageConfigName"] for one in configs)

    def offered(self, profile):
        told = self.sagemaker.describe_user_profile(DomainId=self.domain, UserProfileName=profile)[
            "UserSettings"
        ]
        return of_apps(told)


def of_apps(told):
    """Name and version of the images of each kind of app."""
    return {
        app: [
            (one["ImageName"], one["ImageVersionNumber"])
            for one in told[f"{app}AppSettings"].get("CustomImages", [])
        ]
        for app in ("JupyterLab", "CodeEditor")
    }


@pytest.fixture(scope="module")
def life(project):
    with Cloud("eu-west-1") as running:
        yield Life(running, project)


TORCH, R = "maslow-dev-studio-torch", "maslow-dev-studio-r"


def test_an_image_is_there_with_its_version_and_a_configuration_for_each_app(life):
    assert life.first == (
        {R: {1: f"{ECR}/r:1"}, TORCH: {1: f"{ECR}:1"}},
        [f"{R}-jupyterlab", f"{TORCH}-codeeditor", f"{TORCH}-jupyterlab"],
    )


def test_people_are_offered_the_images_of_all_and_those_of_their_team(life):
    assert life.ana == {"JupyterLab": [(TORCH, 1), (R, 1)], "CodeEditor": [(TORCH, 1)]}
    everybody = {"JupyterLab": [(TORCH, 1)], "CodeEditor": [(TORCH, 1)]}
    assert life.ben == of_apps(life.everybody) == everybody


def test_another_image_is_another_version_and_the_one_before_goes(life):
    versions, _ = life.second
    assert versions == {R: {1: f"{ECR}/r:1"}, TORCH: {2: f"{ECR}:2"}}
    assert life.then == {"JupyterLab": [(TORCH, 2)], "CodeEditor": [(TORCH, 2)]}


def test_images_that_are_left_out_go_and_nothing_stays_when_studio_goes(life):
    assert life.left_out == life.after == ({}, [])
    assert life.plain == {"JupyterLab": [], "CodeEditor": []}

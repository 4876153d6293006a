import copy

import pytest

from components.platform.serving_image import UnfitServing, set_serving_image

OF_JOBS = {"Get": "Parameters.ImageUri"}
IMAGE = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312"


def register(*images, **more):
    containers = [{"Image": image, "ModelDataUrl": "s3://b/model.tar.gz"} for image in images]
    arguments = {"InferenceSpecification": {"Containers": containers}, **more}
    return {"Name": "Register", "Type": "RegisterModel", "Arguments": arguments}


def test_a_version_is_registered_with_the_image_and_tells_that_of_its_jobs():
    step = register(OF_JOBS, CustomerMetadataProperties={"code": "s3://b/code/"})
    set_serving_image([step], IMAGE)
    (container,) = step["Arguments"]["InferenceSpecification"]["Containers"]
    assert container == {"Image": IMAGE, "ModelDataUrl": "s3://b/model.tar.gz"}
    told = step["Arguments"]["CustomerMetadataProperties"]
    assert told == {"code": "s3://b/code/", "image": OF_JOBS}


def test_containers_of_other_images_keep_them():
    step = register("of-its-own", OF_JOBS)
    set_serving_image([step], IMAGE)
    images = [one["Image"] for one in step["Arguments"]["InferenceSpecification"]["Containers"]]
    assert images == ["of-its-own", IMAGE]


@pytest.mark.parametrize("container", ["PrimaryContainer", "Containers"])
def test_what_transforms_is_made_with_the_image_as_well(container):
    one = {"Image": OF_JOBS, "ModelDataUrl": "s3://b/model.tar.gz"}
    arguments = {container: [one] if container == "Containers" else one}
    set_serving_image([register(OF_JOBS), {"Type": "Model", "Arguments": arguments}], IMAGE)
    assert one["Image"] == IMAGE


def test_jobs_keep_their_image():
    job = {"Type": "Processing", "Arguments": {"AppSpecification": {"ImageUri": OF_JOBS}}}
    before = copy.deepcopy(job)
    set_serving_image([job, register(OF_JOBS)], IMAGE)
    assert job == before


@pytest.mark.parametrize("steps", [[], [register("of-its-own")]])
def test_a_pipeline_that_registers_nothing_with_the_image_of_its_jobs_is_refused(steps):
    with pytest.raises(UnfitServing, match="no version is registered with the image"):
        set_serving_image(steps, IMAGE)

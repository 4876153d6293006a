"""What is known to run in an image of SageMaker's, told by the name of its repository.

Images are not pulled here. A job of an image that is not known runs only what its
ContainerEntrypoint says.

https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
https://github.com/aws/deep-learning-containers/blob/master/available_images.md
"""

from typing import NamedTuple

XGBOOST = frozenset({"sagemaker-xgboost", "xgboost"})
"""Runs the algorithm unless it is given a script."""
FRAMEWORKS = frozenset(
    {
        "huggingface-pytorch-training",
        "huggingface-tensorflow-training",
        "mxnet-training",
        "pytorch-training",
        "sagemaker-scikit-learn",
        "tensorflow-training",
    }
)
"""Run a script that they are given, and nothing else."""
OTHER_ALGORITHMS = frozenset(
    {
        "blazingtext",
        "factorization-machines",
        "forecasting-deepar",
        "image-classification",
        "ipinsights",
        "kmeans",
        "knn",
        "lda",
        "linear-learner",
        "ntm",
        "object-detection",
        "object2vec",
        "pca",
        "randomcutforest",
        "semantic-segmentation",
        "seq2seq",
    }
)
"""Algorithms of SageMaker's that nothing here does."""


class Image(NamedTuple):
    """An image, without the registry that it comes from."""

    repository: str
    """The last part of its path, such as sagemaker-xgboost."""
    tag: str
    """Such as 1.7-1; empty for one that is named by its digest, or by neither."""

    @property
    def is_xgboost(self) -> bool:
        """Whether it is SageMaker's XGBoost."""
        return self.repository in XGBOOST


def image_of(uri: str) -> Image:
    """The image of a URI, which ends in a repository with or without a tag or digest."""
    path = uri.partition("@")[0].rpartition("/")[2]
    repository, _, tag = path.partition(":")
    return Image(repository, tag)


def why_not_run(uri: str) -> str:
    """Why a training job can't run that names no entry point and no script; empty if it can."""
    image = image_of(uri)
    if image.is_xgboost:
        return ""
    if image.repository in FRAMEWORKS:
        return f"{image.repository} runs a script, and no sagemaker_program names one"
    if image.repository in OTHER_ALGORITHMS:
        return f"{image.repository} is an algorithm of SageMaker's that nothing here does"
    return (
        f"its image {image.repository or '(none)'} is not run here, and it names no "
        "ContainerEntrypoint and no sagemaker_program"
    )

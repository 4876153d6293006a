"""The types of steps that are carried out, by the name that a definition has for each.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from embedded.sagemaker.steps import callbacks, checks, flow, functions, jobs, models, spark, tuning
from embedded.sagemaker.steps.work import Work


class Kind(NamedTuple):
    """How steps of a type are carried out."""

    run: Callable[[Work], Any]
    """Carries a step out; returns what references to it resolve to."""
    is_cached: bool = False
    """Whether a step of this type can be taken from the cache."""
    is_retried: bool = False
    """Whether a step of this type may have retry policies."""


KINDS = {
    "Callback": Kind(callbacks.call, is_cached=True),
    "ClarifyCheck": Kind(checks.clarify, is_cached=True),
    "Condition": Kind(flow.decide),
    "EMR": Kind(spark.emr, is_cached=True),
    "EMRServerless": Kind(spark.serverless, is_cached=True, is_retried=True),
    "Endpoint": Kind(models.deploy, is_cached=True),
    "EndpointConfig": Kind(models.configure, is_cached=True, is_retried=True),
    "Fail": Kind(flow.fail),
    "Lambda": Kind(functions.invoke, is_cached=True),
    "Model": Kind(models.create, is_retried=True),
    "Processing": Kind(jobs.process, is_cached=True, is_retried=True),
    "QualityCheck": Kind(checks.quality, is_cached=True),
    "RegisterModel": Kind(models.register, is_retried=True),
    "Training": Kind(jobs.train, is_cached=True, is_retried=True),
    "Transform": Kind(jobs.transform, is_cached=True, is_retried=True),
    "Tuning": Kind(tuning.tune, is_cached=True, is_retried=True),
}

CLOSED = {
    "AutoML": "nothing here searches for models by itself; train one by a Training or Tuning step",
}
"""Types of AWS's that are not run for a reason of their own, and what to do instead."""

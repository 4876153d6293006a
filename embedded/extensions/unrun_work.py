"""What other services start is not run here, and so it is refused by name.

moto answers each of these as if the work had been done: a build that
succeeded, a job that ended well.
"""

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple, NoReturn

from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse

from embedded.extensions.operations import add


class Unrun(NamedTuple):
    """An operation that starts work."""

    module: str
    """moto's, of the service."""
    operation: str
    """moto's name of the operation."""
    what: str
    """What would be run."""
    code: str
    """The error of the service's model for a request that it can't take."""


UNRUN = (
    Unrun("batch", "submitjob", "jobs of Batch", "ClientException"),
    Unrun("codebuild", "start_build", "builds of CodeBuild", "InvalidInputException"),
    Unrun(
        "codepipeline",
        "start_pipeline_execution",
        "pipelines of CodePipeline",
        "ConcurrentPipelineExecutionsLimitExceededException",
    ),
    Unrun("datasync", "start_task_execution", "tasks of DataSync", "InvalidRequestException"),
    Unrun("glue", "start_trigger", "triggers of Glue", "InvalidInputException"),
    Unrun("glue", "start_workflow_run", "workflows of Glue", "InvalidInputException"),
)


class NotRun(ServiceException):
    """The embedded AWS would only say that it did it."""


def install() -> None:
    """Put the refusals in the place of moto's answers."""
    for each in UNRUN:
        add(_response(each.module), _refusal(each))


def _refusal(each: Unrun) -> Callable[[BaseResponse], NoReturn]:
    def refuse(_: BaseResponse) -> NoReturn:
        raise NotRun(each.code, f"The embedded AWS does not run {each.what}.")

    refuse.__name__ = each.operation
    return refuse


def _response(module: str) -> type[BaseResponse]:
    """The Response class of a service, the one that its module defines."""
    responses = import_module(f"moto.{module}.responses")
    (found,) = (
        member
        for member in vars(responses).values()
        if isinstance(member, type)
        and issubclass(member, BaseResponse)
        and member.__module__ == responses.__name__
    )
    return found

"""UpdateJob of Glue, which moto lacks.

https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateJob.html
"""

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.glue.responses import GlueResponse

from embedded.clock import utcnow
from embedded.extensions.operations import add

UPDATED = (
    "AllocatedCapacity",
    "CodeGenConfigurationNodes",
    "Command",
    "Connections",
    "DefaultArguments",
    "Description",
    "ExecutionClass",
    "ExecutionProperty",
    "GlueVersion",
    "LogUri",
    "MaxCapacity",
    "MaxRetries",
    "NonOverridableArguments",
    "NotificationProperty",
    "NumberOfWorkers",
    "Role",
    "SecurityConfiguration",
    "SourceControlDetails",
    "Timeout",
    "WorkerType",
)
"""Members of JobUpdate that are kept."""
EMPTY = {"DefaultArguments": {}, "ExecutionProperty": {}, "ExecutionClass": "STANDARD"}
"""What stands where those members are left out; for all others it is nothing."""


def install() -> None:
    """Add the operation to moto's Glue."""
    add(GlueResponse, update_job)


def update_job(self: GlueResponse) -> ActionResult:
    """UpdateJob, which overwrites the whole definition: what it leaves out is gone."""
    job = self.glue_backend.get_job(self._get_param("JobName"))
    told = self._get_param("JobUpdate")
    for name in UPDATED:
        setattr(job, camelcase_to_underscores(name), told.get(name, EMPTY.get(name)))
    job.last_modified_on = utcnow()
    return ActionResult({"JobName": job.name})

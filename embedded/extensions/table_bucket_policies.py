"""Resource policies of S3 Tables: texts that are kept if they are policies.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-resource-based-policies.html
"""

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.s3tables.exceptions import BadRequestException, NotFoundException


def checked(text: str, arn: str) -> str:
    """A policy for the table bucket or the table of `arn`. Raises BadRequestException."""
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise BadRequestException("The resource policy is not a policy in JSON.") from None
    for statement in statements if isinstance(statements, list) else [statements]:
        if not {"Effect", "Principal", "Action", "Resource"} <= statement.keys():
            raise BadRequestException(
                "Each statement has an Effect, a Principal, an Action and a Resource."
            )
        resources = statement["Resource"]
        for each in resources if isinstance(resources, list) else [resources]:
            if each != "*" and not each.startswith(arn):
                raise BadRequestException(f"The policy of {arn} is not about {each}.")
        actions = statement["Action"]
        for each in actions if isinstance(actions, list) else [actions]:
            if each != "*" and not each.startswith("s3tables:"):
                raise BadRequestException(f"{each} is not an action of S3 Tables.")
    return text


def answer(thing: Any) -> ActionResult:
    """The policy of a table bucket or a table. Raises NotFoundException where it has none."""
    text = vars(thing)["policy"]
    if text is None:
        raise NotFoundException("The specified resource has no policy.")
    return ActionResult({"resourcePolicy": text})

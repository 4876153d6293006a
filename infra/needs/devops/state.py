"""Where Pulumi keeps the environment's state, which `maslow bootstrap` makes."""

import pulumi

from components.devops.delivery.state import StateArgs
from infra.environment import Environment


def state(env: Environment) -> StateArgs:
    """The state's bucket and key, by the names that `infra.state_backend` gives them."""
    return {
        "url": pulumi.Output.format("s3://{0}-{1}", env.names("state"), env.account_id),
        "key_alias": f"alias/{env.names('state')}",
    }

"""`maslow bootstrap`: the bucket and the key that Pulumi keeps an environment's state in."""

import json
import os
import shlex

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from infra import key_administrator
from infra.errors import InputError, WorkError
from infra.naming import Names
from infra.project import Project
from infra.settings import StackFile
from infra.state_backend import Backend, backend_of, make
from scripts.console import out

NO_CREDENTIALS = (
    "There are no AWS credentials here. Sign in with `aws sso login`, or set AWS_PROFILE, to the "
    "account of the environment."
)


def run(project: Project, stack: StackFile, *, as_json: bool) -> None:
    """Make the backend in the account of the present credentials, and tell how to use it.

    Raises InputError without credentials, or for those of somebody who could not go on with `up`,
    and WorkError for what AWS refuses; a second run goes on where that one stopped.
    """
    embedded = stack.platform.cloud == "embedded"
    if embedded and "AWS_ENDPOINT_URL" not in os.environ:
        raise InputError(
            f"{stack.environment} lives on the embedded AWS, which is not running here: "
            f"maslow up -s {stack.environment} --serve"
        )
    session = boto3.Session(region_name=stack.region)
    names = Names(project.name, stack.environment)
    try:
        if not embedded:
            key_administrator.require(stack, names, session.client)
        account_id = session.client("sts").get_caller_identity()["Account"]
        backend = backend_of(names, account_id, stack.region, embedded=embedded)
        if not as_json:
            out.print(
                f"State of [bold]{names.project} {names.environment}[/] "
                f"in {stack.region}, account {account_id}\n"
            )
        for made in make(
            session.client, backend, names.tags(stack.platform.owner, stack.platform.tags)
        ):
            if not as_json:
                done = "created" if made.new else "was there, settings renewed"
                out.print(f"  [cyan]{made.what:<7}[/] {made.name}  [dim]{done}[/]")
    except NoCredentialsError as error:
        raise InputError(NO_CREDENTIALS) from error
    except (ClientError, BotoCoreError) as error:
        raise WorkError(f"{error}\nRun it again when that is mended: it goes on from there.") from (
            error
        )
    _tell(stack.environment, backend, as_json=as_json)


def _tell(environment: str, backend: Backend, *, as_json: bool) -> None:
    login = f"pulumi login {shlex.quote(backend.url)}"
    provider = shlex.quote(backend.secrets_provider)
    init = f"pulumi stack init {environment} --secrets-provider={provider}"
    if as_json:
        found = {
            "account": backend.account_id,
            "region": backend.region,
            "bucket": backend.bucket,
            "key": backend.key_alias,
            "url": backend.url,
            "secretsProvider": backend.secrets_provider,
        }
        click.echo(json.dumps(found, indent=2))
        return
    out.print("\nNow, once:")
    for line in (login, init):
        out.print(f"  {line}", markup=False, soft_wrap=True)

"""The hosts of a training job: each a process of its own on this machine, which reach one another.

Each host has its own /opt/ml and an address of the loopback. They find one another by name, as
those of SageMaker do, where this system lets a process have an /etc/hosts of its own.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

from embedded.sagemaker.container import Container, Stopped
from embedded.sagemaker.isolation import can_mount

GROUP = "homogeneousCluster"
"""The group of a job whose instances are of one type."""
MOST_HOSTS = 4
"""As many processes as a laptop bears, which all learn at once."""

Done = TypeVar("Done")


@dataclass(frozen=True)
class Host:
    """One host of a job."""

    number: int
    """From 1."""
    instance_type: str
    group: str

    @property
    def name(self) -> str:
        """What SageMaker calls it."""
        return f"algo-{self.number}"

    @property
    def address(self) -> str:
        """Where on the loopback it is."""
        return f"127.0.0.{self.number}"


def hosts_of(arguments: Mapping[str, Any]) -> list[Host]:
    """The hosts that a request asks for, those of its first group first."""
    resources = arguments.get("ResourceConfig", {})
    groups = resources.get("InstanceGroups") or [
        {
            "InstanceGroupName": GROUP,
            "InstanceType": resources.get("InstanceType", ""),
            "InstanceCount": resources.get("InstanceCount", 1),
        }
    ]
    kinds = [
        (group["InstanceType"], group["InstanceGroupName"])
        for group in groups
        for _ in range(group["InstanceCount"])
    ]
    return [Host(number, *kind) for number, kind in enumerate(kinds, start=1)]


def not_emulated(arguments: Mapping[str, Any]) -> Iterator[str]:
    """What a training on several hosts asks for that would not be done here."""
    hosts = hosts_of(arguments)
    if len(hosts) <= 1:
        return
    if len(hosts) > MOST_HOSTS:
        yield f"it asks for {len(hosts)} instances, and {MOST_HOSTS} is the most on this machine"
    if not can_mount():
        yield "it asks for several instances, and this system lets none have names of its own"
    for one in arguments.get("InputDataConfig", []):
        source = one["DataSource"].get("S3DataSource", {})
        if source.get("S3DataDistributionType") == "ShardedByS3Key":
            yield f"channel {one['ChannelName']} is shared out, and here each host has all of it"
        if source.get("InstanceGroupNames"):
            yield f"channel {one['ChannelName']} is of some groups, and here each host has it"


def resources(host: Host, hosts: Sequence[Host]) -> dict[str, Any]:
    """What resourceconfig.json tells a host."""
    groups: dict[str, list[Host]] = {}
    for each in hosts:
        groups.setdefault(each.group, []).append(each)
    return {
        "current_host": host.name,
        "current_instance_type": host.instance_type,
        "current_group_name": host.group,
        "hosts": [each.name for each in hosts],
        "instance_groups": [
            {
                "instance_group_name": group,
                "instance_type": members[0].instance_type,
                "hosts": [each.name for each in members],
            }
            for group, members in groups.items()
        ],
        "network_interface_name": "eth0" if len(hosts) == 1 else "lo",
    }


def names(hosts: Sequence[Host]) -> str:
    """The text of /etc/hosts, by which hosts find one another; empty for a single one."""
    if len(hosts) == 1:
        return ""
    return "".join(f"{each.address} {each.name}\n" for each in hosts) + "127.0.0.1 localhost\n"


def on_each(
    hosts: Sequence[Host], first: Container, work: Callable[[Host, Container], Done]
) -> list[tuple[Container, Done]]:
    """Do the work of every host at once, the first one's in the given container.

    Raises what the work of the host raised that failed first, once all the others are stopped. The
    containers of the others are there until the first one is left.
    """
    containers = [first, *(first.beside() for _ in hosts[1:])]
    failures: list[Exception] = []

    def attempt(host: Host, container: Container) -> Done | None:
        try:
            return work(host, container)
        except Exception as error:  # noqa: BLE001  it is raised again below
            failures.append(error)
            with ExitStack() as stack:
                for each in containers:
                    if each is not container:
                        stack.callback(each.end)
            return None

    with ThreadPoolExecutor(len(hosts)) as pool:
        done = list(pool.map(attempt, hosts, containers))
    for error in sorted(failures, key=lambda one: isinstance(one, Stopped)):
        raise error
    return [
        (container, each)
        for container, each in zip(containers, done, strict=True)
        if each is not None
    ]

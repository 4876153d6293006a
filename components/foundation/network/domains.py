"""The names that workloads may reach on the internet, in the form that each filter takes."""

from collections.abc import Sequence

ANY_LABELS = "*."


def own_domains(region: str) -> list[str]:
    """AWS's own names in a region, of its services and of instances.

    A filter lets them through: private endpoints are reached by these names too.
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html#vpc-dns-hostnames
    """
    internal = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return [f"{ANY_LABELS}{region}.amazonaws.com", f"{ANY_LABELS}{internal}"]


def firewall_targets(domains: Sequence[str]) -> list[str]:
    """Domains as Network Firewall writes them: `*.example.com` is `.example.com`.

    That takes in `example.com` itself as well.
    https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-domain-names.html
    """
    return [
        domain.removeprefix("*") if domain.startswith(ANY_LABELS) else domain for domain in domains
    ]

"""`maslow hardware`: the instance types for a use, cheapest first."""

import json
from collections.abc import Sequence

import click
from rich.table import Table

from catalog.prices import ANY_REGION
from infra.errors import InputError
from infra.hardware import Instance, instances
from infra.settings.aws import allowed_regions
from infra.settings.mistakes import did_you_mean
from scripts.console import filled, out

UNKNOWN = "unknown"


def show(use: str, region: str, accelerator: str | None, each_gib: float, *, as_json: bool) -> None:
    """Print them. Raises InputError for a region without SageMaker."""
    if region not in allowed_regions():
        hint = did_you_mean(region, allowed_regions()) or "maslow schema --values aws:region"
        raise InputError(f"--region {region}: is no region with SageMaker. {hint}")
    found = instances(use, region, accelerator=accelerator, each_gib=each_gib)
    here = [one for one in found if one.offered is not False]
    if as_json:
        click.echo(json.dumps([_shape(one) for one in here], indent=2))
        return
    if here:
        out.print(_table(here, region))
    for line in _notes(use, region, found, here):
        out.print(filled(line))


def _shape(one: Instance) -> dict[str, object]:
    what = one.what
    return {
        "type": one.type,
        "vcpus": what and what.vcpus,
        "memory_gib": what and what.memory_gib,
        "accelerator": what and (what.accelerator or None),
        "accelerators": what and what.accelerators,
        "accelerator_gib_each": one.each_gib,
        "disk_gb": what and what.disk_gb,
        "efa_interfaces": what and what.efa,
        "offered": one.offered,
        "usd_an_hour": one.usd_an_hour,
        "priced_on": one.priced_on and one.priced_on.isoformat(),
        "priced_in": one.price and one.price.region,
        "source": one.price and one.price.source,
    }


def _table(found: Sequence[Instance], region: str) -> Table:
    shown = Table(box=None, padding=(0, 1), pad_edge=False)
    shown.add_column("type", no_wrap=True)
    shown.add_column("accelerators", min_width=12)
    for heading in ("each", "vCPUs", "memory", "disk", "EFA", "USD an hour"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        what = one.what
        cells = ["?"] * 6
        if what is not None:
            accelerators = f"{what.accelerators} × {what.accelerator}" if what.accelerators else ""
            cells = [
                accelerators,
                f"{one.each_gib:g}" if what.accelerators else "",
                f"{what.vcpus}",
                f"{what.memory_gib:,g}",
                f"{what.disk_gb:,}" if what.disk_gb else "",
                f"{what.efa}" if what.efa else "",
            ]
        mark = "*" if one.price and one.price.region not in (region, ANY_REGION) else ""
        shown.add_row(one.type, *cells, f"{one.price.usd:,.3f}{mark}" if one.price else UNKNOWN)
    return shown


def _notes(use: str, region: str, found: Sequence[Instance], here: Sequence[Instance]) -> list[str]:
    """What the table cannot say."""
    lacking = [one.type for one in found if one.offered is False]
    notes = []
    if lacking:
        notes.append(f"{region} does not have: {', '.join(lacking)}.")
    if not here:
        return [f"No instance type for {use} in {region} fits.", *notes]
    unsure = [one for one in here if one.offered is None and one.what and one.what.accelerators]
    if unsure:
        names = ", ".join(one.type for one in unsure)
        notes.append(f"Whether {region} has them is not known: {names}.")
    if any(one.what is None for one in here):
        notes.append("? is what EC2 does not tell.")
    days = sorted(one.price.as_of for one in here if one.price)
    elsewhere = sorted({one.price.region for one in here if one.price} - {region, ANY_REGION})
    notes.append("Memory is in GiB, of each accelerator and of the processors; disks are in GB.")
    if days:
        when = f"on {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
        notes.append(f"Prices are on demand, told by public sources {when}.")
    notes += [f"* is the price in {other}." for other in elsewhere]
    return notes

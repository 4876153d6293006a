"""What is told of costs: the least a month, of what, by whose prices, and what is not known."""

from catalog.prices import ANY_REGION, Price
from components.common.hours import share
from infra.cost import costs
from infra.graph import Graph
from infra.settings import StackFile
from infra.summary.section import Row, Section, some

CENTS = 2
"""Digits after the point that a price has at the least."""
WHOLE_FROM = 1000
"""US dollars from which on a sum is told without cents."""
UNITS = {"hour": "an hour", "month": "a month"}


def money(graph: Graph, stack: StackFile) -> Section:
    """The section on costs."""
    if stack.platform.cloud == "embedded":
        return Section("Costs nothing: it is on this machine")
    hours, region = stack.platform.hours, stack.region
    found = costs(graph, region, share(hours.args) if hours else 1)
    rows: list[Row] = [
        (_sum(line.monthly), f"{line.item} × {_count(line.count)}, {_each(line.price, region)}")
        for line in found.lines
    ]
    if found.unknown:
        named = [f"{item} × {_count(count)}" for item, count in found.unknown.items()]
        rows.append(("unknown", f"and so not counted: {some(named)}"))
    if found.not_priced:
        named = [f"{type_} × {count:,}" for type_, count in found.not_priced.items()]
        rows.append(("unpriced", f"the catalog does not tell how: {', '.join(named)}"))
    if found.jobs:
        named = [
            f"{item}, {_each(price, region) if price else 'unknown'}"
            for item, price in found.jobs.items()
        ]
        rows.append(("jobs", f"as long as they run: {'; '.join(named)}"))
    if hours:
        rows.append(("hours", f"endpoints that are off at times are on {hours.text}"))
    if found.by_use:
        rows.append(("by use", ", ".join(found.by_use)))
    if dates := sorted(line.price.as_of for line in found.lines):
        read = f"list prices, read {dates[0]} to {dates[-1]}"
        rows.append(("prices", f"{read}; tax, discounts and free tiers are left out"))
    return Section(f"Costs at least ${found.monthly:,.0f} a month", tuple(rows))


def _sum(usd: float) -> str:
    return f"${usd:,.0f}" if usd >= WHOLE_FROM else f"${usd:,.2f}"


def _count(count: float) -> str:
    return f"{round(count, CENTS):,g}"


def _each(price: Price, region: str) -> str:
    elsewhere = "" if price.region in (region, ANY_REGION) else f" (in {price.region})"
    usd = f"{price.usd:g}"
    if len(usd.partition(".")[2]) < CENTS:
        usd = f"{price.usd:.{CENTS}f}"
    return f"${usd} {UNITS[price.unit]}{elsewhere}"

"""Rules of data quality: what the rows of a table must be like, in DQDL.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from embedded.dqdl.columns import PRIMARY, aggregate_of, missing_column
from embedded.dqdl.grammar import parse_rule, parse_ruleset, ruleset_of
from embedded.dqdl.rules import AnyRule, parts_of
from embedded.dqdl.tokens import Invalid
from infra.settings.base import Settings
from infra.settings.cross_stack import entries, mapping
from infra.settings.data.tables import table_name
from infra.settings.data.zones import zones_of
from infra.settings.mistakes import Mistake, did_you_mean, refusal

RESULTS = "curated.quality_results"
"""The table of what comes of all rules, as settings name tables."""
COMPARING = ("ReferentialIntegrity", "RowCountMatch")
"""Types that need another table, which the platform hands no evaluation."""


def dqdl_rule(value: str) -> str:
    """Refuse what is not a rule of DQDL, or one that the platform does not evaluate."""
    try:
        rule = parse_rule(value)
    except Invalid as error:
        raise refusal(f"at its character {error.column}, {error.message}") from None
    if reason := _undone(rule):
        raise refusal(f"{reason} are not evaluated by the platform.", "Say it by CustomSql.")
    return value


def _undone(rule: AnyRule) -> str | None:
    """What a rule needs that no evaluation of the platform has, or None."""
    for part in parts_of(rule):
        if part.not_evaluated:
            return part.not_evaluated.removesuffix(",")
        if part.type in COMPARING:
            return f"rules of type {part.type}, which compare with another table,"
        if part.type == "AggregateMatch":
            found = [aggregate_of(parameter) for parameter in part.parameters]
            if any(each is None or each[1] != PRIMARY for each in found):
                return "aggregates of another table"
    return None


class TableRules(Settings):
    """The rules of one table."""

    table: Annotated[str, AfterValidator(table_name)] = Field(
        description="Its zone and its name there: curated.visits."
    )
    rules: tuple[Annotated[str, AfterValidator(dqdl_rule)], ...] = Field(
        min_length=1,
        description='Rules in DQDL, one an entry: IsComplete "visit_id". Rows that fail one are '
        "set aside, and a rule that fails as a whole ends what would follow.",
    )

    @property
    def ruleset(self) -> str:
        """All rules, as Glue takes them."""
        return ruleset_of(list(self.rules))

    @model_validator(mode="after")
    def _small(self) -> Self:
        try:
            parse_ruleset(self.ruleset)
        except Invalid as error:
            raise refusal(error.message[0].upper() + error.message[1:]) from None
        return self


def check_quality(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield rules of tables that nobody writes, of one table twice, and on columns that it lacks.

    And a table that has the name of that of the results.

    Columns are known of the tables that the stack file declares. A check reads the plain values of
    the file and passes over malformed ones, as those of `infra.settings.group_checks` do.
    """
    lake = mapping(values.get("lake"))
    zones, columns = zones_of(values), _columns(lake)
    places = {
        each["name"]: f"{each['name'].partition('.')[0]}.{each['prefix']}"
        for each in entries(lake.get("tables"))
        if isinstance(each.get("name"), str) and isinstance(each.get("prefix"), str)
    }
    written = {
        place
        for job in entries(values.get("jobs"))
        if isinstance(job.get("writes"), list)
        for place in job["writes"]
        if isinstance(place, str)
    }
    before: set[str] = set()
    yield from _misnamed(lake)
    for index, entry in enumerate(entries(lake.get("quality"))):
        path = ("lake", "quality", index)
        table = entry.get("table")
        if not isinstance(table, str):
            continue
        zone = table.partition(".")[0]
        if "." in table and zone not in zones:
            hint = did_you_mean(zone, zones) or f"Allowed: {', '.join(zones)}."
            yield Mistake((*path, "table"), f"{zone} is not a zone.", hint)
        if table in before:
            yield Mistake(
                (*path, "table"), f"{table} has rules already.", "Put them into one entry."
            )
        before.add(table)
        if "." in table and zone in zones and places.get(table, table) not in written:
            yield Mistake(
                (*path, "table"),
                f"no job writes {places.get(table, table)}, so that nothing evaluates its rules.",
                "Name it in writes of the job that does.",
            )
        rules = entry.get("rules")
        for number, rule in enumerate(rules if isinstance(rules, list) else []):
            if table in columns and (found := _missing(rule, columns[table])):
                yield Mistake((*path, "rules", number), found)


def _misnamed(lake: Mapping[str, Any]) -> Iterator[Mistake]:
    for index, entry in enumerate(entries(lake.get("tables"))):
        if entries(lake.get("quality")) and entry.get("name") == RESULTS:
            yield Mistake(
                ("lake", "tables", index, "name"),
                f"{RESULTS} is the table of what comes of lake.quality.",
                "Choose another name.",
            )


def _missing(rule: object, columns: list[str]) -> str | None:
    if not isinstance(rule, str):
        return None
    try:
        return missing_column(parse_rule(rule), columns)
    except Invalid:
        return None


def _columns(lake: Mapping[str, Any]) -> dict[str, list[str]]:
    """The columns of the tables that the file declares, those of their partitions too."""
    return {
        each["name"]: [*mapping(each.get("columns")), *mapping(each.get("partitions"))]
        for each in entries(lake.get("tables"))
        if isinstance(each.get("name"), str) and each.get("format") != "iceberg"
    }

"""Runs of Glue Data Quality: they evaluate, and propose, when they are started.

They have ended when that is answered. Rules are evaluated by embedded.dqdl on what Athena's engine
reads of the table.

https://docs.aws.amazon.com/glue/latest/webapi/API_StartDataQualityRulesetEvaluationRun.html
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from moto.core.responses import ActionResult
from moto.glue.exceptions import EntityNotFoundException, InvalidInputException
from moto.glue.models import GlueBackend
from moto.glue.responses import GlueResponse

from embedded import clock
from embedded.athena.failures import Failed, Malformed
from embedded.dqdl.grammar import ruleset_of
from embedded.extensions import data_quality_results as results
from embedded.extensions.data_quality_rulesets import KeptRuleset, keep, ruleset
from embedded.extensions.operations import add, kept, paged

if TYPE_CHECKING:
    import duckdb

START = "StartDataQualityRulesetEvaluationRun"
DONE_OPTIONS = ("CompositeRuleEvaluationMethod", "ResultsS3Prefix", "RowLevelResults")
"""AdditionalRunOptions that are done; a false one changes nothing and is taken as well."""
WORKERS, MINUTES = 5, 2880
"""What a run has unless it says so; nothing here needs either."""
ABOUT = "data"


def install() -> None:
    """Add the operations to moto's Glue."""
    add(
        GlueResponse,
        start_data_quality_ruleset_evaluation_run,
        get_data_quality_ruleset_evaluation_run,
        list_data_quality_ruleset_evaluation_runs,
        cancel_data_quality_ruleset_evaluation_run,
        start_data_quality_rule_recommendation_run,
        get_data_quality_rule_recommendation_run,
    )


def start_data_quality_ruleset_evaluation_run(self: GlueResponse) -> ActionResult:
    """StartDataQualityRulesetEvaluationRun."""
    backend, asked = self.glue_backend, self._get_param
    known = _again(backend, asked("ClientToken"))
    if known:
        return ActionResult({"RunId": known["RunId"]})
    chosen = [ruleset(backend, name) for name in asked("RulesetNames")]
    options = asked("AdditionalRunOptions") or {}
    others = asked("AdditionalDataSources") or {}
    _refuse_undone(chosen, options, [asked("DataSource"), *others.values()])
    run = _new_run(backend, "dqrun", self)
    run |= {"RulesetNames": [each.name for each in chosen]}
    run |= {"AdditionalRunOptions": options} if options else {}
    run |= {"AdditionalDataSources": others} if others else {}
    what = results.Evaluated(
        run["RunId"], asked("DataSource"), results.table_of(asked("DataSource")), run["StartedOn"]
    )
    try:
        run["ResultIds"] = [_evaluated(backend, each, what, options, others) for each in chosen]
        run["Status"] = "SUCCEEDED"
    except (Failed, Malformed, KeyError) as error:
        run |= {"Status": "FAILED", "ErrorString": _why(error)}
        results.tell(backend, what, {"rulesetNames": run["RulesetNames"], "state": "FAILED"})
    return ActionResult({"RunId": run["RunId"]})


def _evaluated(
    backend: GlueBackend,
    kept_ruleset: KeptRuleset,
    what: results.Evaluated,
    options: Mapping[str, Any],
    others: Mapping[str, Any],
) -> str:
    """The id of the result of one ruleset. Raises Failed and KeyError."""
    from embedded.dqdl.evaluate import evaluate

    sources = {ABOUT: what.source} | {f"other {alias}": each for alias, each in others.items()}
    connection = _laid(backend, sources, what.began)
    names = {alias: f"other {alias}" for alias in others}
    names[f"{what.table['DatabaseName']}.{what.table['TableName']}"] = ABOUT
    by_row = options.get("CompositeRuleEvaluationMethod") == "ROW"
    evaluation = evaluate(kept_ruleset.parsed, connection, ABOUT, what.began, names, by_row)
    if options.get("ResultsS3Prefix"):
        results.write(backend, options["ResultsS3Prefix"], what, evaluation)
    if options.get("RowLevelResults"):
        results.write_rows(backend, options["RowLevelResults"], what, evaluation)
    return results.keep(backend, kept_ruleset.name, what, evaluation)


def _laid(
    backend: GlueBackend, sources: Mapping[str, Any], now: datetime
) -> "duckdb.DuckDBPyConnection":
    """A DuckDB that has what the tables hold, under these names. Raises Failed."""
    import duckdb

    from embedded.athena.parsing import parse
    from embedded.athena.query import Session, arrow, prepared
    from embedded.extensions.athena_stores import Objects, Tables

    connection = duckdb.connect()
    objects = Objects(backend.account_id, backend.region_name)
    tables = Tables(backend.account_id, objects)
    for name, source in sources.items():
        table = results.table_of(source)
        session = Session(tables, objects, table["DatabaseName"], now)
        escaped = table["TableName"].replace('"', '""')
        rows, _ = arrow(prepared(parse(f'SELECT * FROM "{escaped}"'), session))  # noqa: S608
        connection.register("rows", rows)
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM rows')  # noqa: S608
        connection.unregister("rows")
    return connection


def _refuse_undone(
    chosen: list[KeptRuleset], options: Mapping[str, Any], sources: list[dict[str, Any]]
) -> None:
    """Raise InvalidInputException for what is not done here, by its name."""
    for each in chosen:
        undone = next((rule for rule in each.parsed.each() if rule.not_evaluated), None)
        if undone:
            _refuse(f"{undone.not_evaluated} in the ruleset {each.name}: {undone.text}")
        if each.parsed.analyzers:
            _refuse(f"analyzers, which the ruleset {each.name} has")
    for name, value in options.items():
        if name not in DONE_OPTIONS and value not in (False, None, "NONE"):
            _refuse(f"AdditionalRunOptions.{name}")
    rows = (options.get("RowLevelResults") or {}).get("CatalogTableConfig") or {}
    if options.get("RowLevelResults") and not rows.get("S3Location"):
        _refuse("RowLevelResults without a CatalogTableConfig.S3Location")
    for source in sources:
        table = source.get("GlueTable") or source.get("DataQualityGlueTable") or {}
        for name in ("PreProcessingQuery", "AdditionalOptions", "ConnectionName"):
            if table.get(name):
                _refuse(f"{name} of a DataSource")


def _refuse(what: str) -> NoReturn:
    raise InvalidInputException(START, f"The embedded AWS does not evaluate {what}.")


def start_data_quality_rule_recommendation_run(self: GlueResponse) -> ActionResult:
    """StartDataQualityRuleRecommendationRun: rules that embedded.dqdl.suggest proposes."""
    from embedded.dqdl.suggest import suggest

    backend, asked = self.glue_backend, self._get_param
    known = _again(backend, asked("ClientToken"))
    if known:
        return ActionResult({"RunId": known["RunId"]})
    _refuse_undone([], {}, [asked("DataSource")])
    run = _new_run(backend, "dqrun", self)
    try:
        connection = _laid(backend, {ABOUT: asked("DataSource")}, run["StartedOn"])
        rules = [each.rule for each in suggest(connection, ABOUT)]
        run |= {"Status": "SUCCEEDED", "RecommendedRuleset": ruleset_of(rules)}
        name = asked("CreatedRulesetName")
        if name:
            table = results.table_of(asked("DataSource"))
            keep(backend, name, ruleset_of(rules), "", table, run["RunId"])
            run["CreatedRulesetName"] = name
    except (Failed, Malformed) as error:
        run |= {"Status": "FAILED", "ErrorString": _why(error)}
    return ActionResult({"RunId": run["RunId"]})


def get_data_quality_ruleset_evaluation_run(self: GlueResponse) -> ActionResult:
    """GetDataQualityRulesetEvaluationRun."""
    return ActionResult(_told(_run(self, evaluates=True)))


def get_data_quality_rule_recommendation_run(self: GlueResponse) -> ActionResult:
    """GetDataQualityRuleRecommendationRun."""
    return ActionResult(_told(_run(self, evaluates=False)))


def list_data_quality_ruleset_evaluation_runs(self: GlueResponse) -> ActionResult:
    """ListDataQualityRulesetEvaluationRuns, the newest first."""
    asked = self._get_param("Filter") or {}
    found = [
        {name: run[name] for name in ("RunId", "Status", "StartedOn", "DataSource")}
        for run in reversed(_runs(self.glue_backend).values())
        if "RulesetNames" in run
        and asked.get("RulesetName") in (None, *run["RulesetNames"])
        and results.is_within(run["DataSource"], run["StartedOn"], asked)
    ]
    return paged(self, "Runs", found, "RunId")


def cancel_data_quality_ruleset_evaluation_run(self: GlueResponse) -> NoReturn:
    """CancelDataQualityRulesetEvaluationRun: every run has ended."""
    run = _run(self, evaluates=True)
    raise InvalidInputException(
        "CancelDataQualityRulesetEvaluationRun",
        f"The run {run['RunId']} is {run['Status']} and cannot be cancelled.",
    )


def _new_run(backend: GlueBackend, prefix: str, response: GlueResponse) -> dict[str, Any]:
    asked, now = response._get_param, clock.now()  # noqa: SLF001  moto's responses use it so
    run = {
        "RunId": f"{prefix}-{uuid.uuid4().hex}",
        "ClientToken": asked("ClientToken"),
        "DataSource": asked("DataSource"),
        "Role": asked("Role"),
        "NumberOfWorkers": asked("NumberOfWorkers") or WORKERS,
        "Timeout": asked("Timeout") or MINUTES,
        "Status": "RUNNING",
        "StartedOn": now,
        "LastModifiedOn": now,
        "CompletedOn": now,
        "ExecutionTime": 0,
    }
    _runs(backend)[str(run["RunId"])] = run
    return run


def _again(backend: GlueBackend, token: str | None) -> dict[str, Any] | None:
    """The run that a request with the same token has started."""
    runs = _runs(backend).values()
    return next((run for run in runs if token and run["ClientToken"] == token), None)


def _run(response: GlueResponse, *, evaluates: bool) -> dict[str, Any]:
    id_ = response._get_param("RunId")  # noqa: SLF001  moto's responses use it so
    found = _runs(response.glue_backend).get(id_)
    if found is None or ("RulesetNames" in found) != evaluates:
        raise EntityNotFoundException(f"Data quality run {id_} was not found.")
    return found


def _told(run: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name != "ClientToken"}


def _runs(backend: GlueBackend) -> dict[str, dict[str, Any]]:
    return kept(backend, "data_quality_runs")


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"There is no bucket for {error.args[0]}"
    return str(error)

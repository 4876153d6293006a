"""Results of Glue Data Quality: kept, told to EventBridge and written to S3.

https://docs.aws.amazon.com/glue/latest/webapi/API_GetDataQualityResult.html
https://docs.aws.amazon.com/glue/latest/dg/data-quality-alerts.html
"""

import io
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.glue.exceptions import EntityNotFoundException
from moto.glue.models import GlueBackend
from moto.glue.responses import GlueResponse

from embedded import own_clients
from embedded.dqdl.outcomes import PASS
from embedded.extensions.event_bus import emit
from embedded.extensions.operations import add, kept, paged

if TYPE_CHECKING:
    from embedded.dqdl.evaluate import Evaluation
    from embedded.dqdl.outcomes import Outcome

PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
OUTCOMES = {"PASS": "Passed", "FAIL": "Failed", "ERROR": "Failed"}
"""Of a rule, in files of results."""
ADDED_COLUMNS = {
    "dataqualityrulespass": "array<string>",
    "dataqualityrulesfail": "array<string>",
    "dataqualityrulesskip": "array<string>",
    "dataqualityevaluationresult": "string",
}
"""What tables of row-level results have after the columns of the table."""


@dataclass(frozen=True)
class Evaluated:
    """What one run has evaluated."""

    run: str
    """Id of the run."""
    source: dict[str, Any]
    """The DataSource of the request."""
    table: dict[str, Any]
    """DatabaseName and TableName of it."""
    began: datetime


def install() -> None:
    """Add the operations to moto's Glue."""
    add(
        GlueResponse,
        get_data_quality_result,
        batch_get_data_quality_result,
        list_data_quality_results,
    )


def keep(backend: GlueBackend, ruleset: str, what: Evaluated, evaluation: "Evaluation") -> str:
    """Keep the result of one ruleset, and tell of it; its id."""
    good, bad = evaluation.rows.counts
    passed = sum(each.result == PASS for each in evaluation.outcomes)
    total = len(evaluation.outcomes)
    id_ = f"dqresult-{uuid.uuid4().hex}"
    _results(backend)[id_] = {
        "ResultId": id_,
        "EvaluationRunMode": "ON_DEMAND",
        "Score": evaluation.score,
        "DataSource": what.source,
        "RulesetName": ruleset,
        "StartedOn": what.began,
        "CompletedOn": what.began,
        "RulesetEvaluationRunId": what.run,
        "RuleResults": [_rule(n, each) for n, each in enumerate(evaluation.outcomes, start=1)],
        "AggregatedMetrics": {
            "TotalRowsProcessed": float(good + bad),
            "TotalRowsPassed": float(good),
            "TotalRowsFailed": float(bad),
            "TotalRulesProcessed": float(total),
            "TotalRulesPassed": float(passed),
            "TotalRulesFailed": float(total - passed),
        },
    }
    tell(
        backend,
        what,
        {
            "resultID": id_,
            "rulesetNames": [ruleset],
            "state": "SUCCEEDED",
            "score": evaluation.score,
            "rulesSucceeded": passed,
            "rulesFailed": total - passed,
            "rulesSkipped": 0,
        },
    )
    return id_


def tell(backend: GlueBackend, what: Evaluated, detail: dict[str, Any]) -> None:
    """Send the event that results are available."""
    context = {
        "contextType": "GLUE_DATA_CATALOG",
        "runId": what.run,
        "databaseName": what.table["DatabaseName"],
        "tableName": what.table["TableName"],
        "catalogId": backend.account_id,
    }
    emit(
        backend.account_id,
        backend.region_name,
        source="aws.glue-dataquality",
        detail_type="Data Quality Evaluation Results Available",
        resources=[],
        detail={"context": context, **detail},
    )


def write(backend: GlueBackend, prefix: str, what: Evaluated, evaluation: "Evaluation") -> None:
    """Write the results as lines of JSON below a prefix, by year, month and day.

    Raises KeyError where there is no such bucket.
    """
    from embedded.extensions.athena_stores import Objects

    began = what.began.isoformat(timespec="milliseconds")
    lines = [
        json.dumps(
            {
                "catalogId": backend.account_id,
                "databaseName": what.table["DatabaseName"],
                "tableName": what.table["TableName"],
                "dqRunId": what.run,
                "evaluationStartedOn": began,
                "evaluationCompletedOn": began,
                "rule": outcome.rule.text,
                "outcome": OUTCOMES[outcome.result],
                "failureReason": outcome.message if outcome.result != PASS else None,
                "evaluatedMetrics": outcome.metrics,
            }
        )
        for outcome in evaluation.outcomes
    ]
    folder = f"{prefix.rstrip('/')}/year={what.began:%Y}/month={what.began:%m}/day={what.began:%d}"
    objects = Objects(backend.account_id, backend.region_name)
    objects.write(f"{folder}/{what.run}.json", ("\n".join(lines) + "\n").encode())


def write_rows(
    backend: GlueBackend, asked: dict[str, Any], what: Evaluated, evaluation: "Evaluation"
) -> None:
    """Write the rows with what the rules say of each, as Parquet, and have a table tell of them.

    Asked: RowLevelResultsOptions. A file for each run is added to those that are there. Raises
    KeyError where there is no such bucket.
    """
    import pyarrow.parquet as pq

    from embedded.extensions.athena_stores import Objects

    rows = evaluation.rows
    kind = asked.get("ResultType", "ALL")
    relation = rows.set_aside if kind == "FAILED_ONLY" else rows.every
    if kind == "PASSED_ONLY":
        relation = relation.filter("DataQualityEvaluationResult = 'Passed'")
    if asked.get("MaxRowsToWrite"):
        relation = relation.limit(asked["MaxRowsToWrite"])
    table = relation.to_arrow_table()
    config = asked["CatalogTableConfig"]
    location = config["S3Location"].rstrip("/")
    if table.num_rows:
        content = io.BytesIO()
        pq.write_table(table.rename_columns([name.lower() for name in table.column_names]), content)
        objects = Objects(backend.account_id, backend.region_name)
        objects.write(f"{location}/{what.run}.parquet", content.getvalue())
    if config.get("TableName"):
        _have_table(backend, config, location, what)


def _have_table(
    backend: GlueBackend, config: dict[str, str], location: str, what: Evaluated
) -> None:
    glue = own_clients.client("glue", backend.account_id)
    database, name = config.get("DatabaseName") or what.table["DatabaseName"], config["TableName"]
    if any(each["Name"] == name for each in glue.get_tables(DatabaseName=database)["TableList"]):
        return
    source = glue.get_table(DatabaseName=what.table["DatabaseName"], Name=what.table["TableName"])
    own = source["Table"]["StorageDescriptor"]["Columns"] + source["Table"].get("PartitionKeys", [])
    columns = {each["Name"]: each["Type"] for each in own if each["Name"] not in ADDED_COLUMNS}
    glue.create_table(
        DatabaseName=database,
        TableInput={
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "parquet"},
            "StorageDescriptor": {
                "Columns": [
                    {"Name": name, "Type": type_}
                    for name, type_ in (columns | ADDED_COLUMNS).items()
                ],
                "Location": f"{location}/",
                "InputFormat": f"{PARQUET}.MapredParquetInputFormat",
                "OutputFormat": f"{PARQUET}.MapredParquetOutputFormat",
                "SerdeInfo": {"SerializationLibrary": f"{PARQUET}.serde.ParquetHiveSerDe"},
            },
        },
    )


def get_data_quality_result(self: GlueResponse) -> ActionResult:
    """GetDataQualityResult."""
    id_ = self._get_param("ResultId")
    if id_ not in _results(self.glue_backend):
        raise EntityNotFoundException(f"Data quality result {id_} was not found.")
    return ActionResult(_results(self.glue_backend)[id_])


def batch_get_data_quality_result(self: GlueResponse) -> ActionResult:
    """BatchGetDataQualityResult."""
    known, ids = _results(self.glue_backend), self._get_param("ResultIds")
    return ActionResult(
        {
            "Results": [known[id_] for id_ in ids if id_ in known],
            "ResultsNotFound": [id_ for id_ in ids if id_ not in known],
        }
    )


def list_data_quality_results(self: GlueResponse) -> ActionResult:
    """ListDataQualityResults, the newest first."""
    asked = self._get_param("Filter") or {}
    found = [
        {name: each[name] for name in ("ResultId", "EvaluationRunMode", "DataSource", "StartedOn")}
        for each in reversed(_results(self.glue_backend).values())
        if is_within(each["DataSource"], each["StartedOn"], asked)
    ]
    return paged(self, "Results", found, "ResultId")


def is_within(source: dict[str, Any], began: datetime, asked: dict[str, Any]) -> bool:
    """Whether a result or a run is one that a filter lets through."""
    if asked.get("JobName") or asked.get("JobRunId"):
        return False
    if asked.get("DataSource") and table_of(asked["DataSource"]) != table_of(source):
        return False
    seconds = began.timestamp()
    after, before = asked.get("StartedAfter"), asked.get("StartedBefore")
    return not (after and seconds <= float(after)) and not (before and seconds >= float(before))


def table_of(source: dict[str, Any]) -> dict[str, Any]:
    """DatabaseName and TableName of a DataSource."""
    table = source.get("GlueTable") or source.get("DataQualityGlueTable") or {}
    return {name: table.get(name) for name in ("DatabaseName", "TableName")}


def _rule(number: int, outcome: "Outcome") -> dict[str, Any]:
    told: dict[str, Any] = {
        "Name": f"Rule_{number}",
        "Description": outcome.rule.text,
        "EvaluatedRule": outcome.rule.text,
        "Result": outcome.result,
        "EvaluatedMetrics": outcome.metrics,
    }
    told |= {"EvaluationMessage": outcome.message} if outcome.message else {}
    return told | ({"Labels": dict(outcome.rule.labels)} if outcome.rule.labels else {})


def _results(backend: GlueBackend) -> dict[str, dict[str, Any]]:
    return kept(backend, "data_quality_results")

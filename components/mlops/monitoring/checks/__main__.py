"""The command: reads what a check's job is told, and writes what AWS's image would.

Violations do not make it fail: whoever runs the job decides that. What can't be checked does.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import asking, bias, data_quality, explainability, model_quality
from .tables import read

Json = dict[str, Any]
ANALYSES = ("DATA_BIAS", "MODEL_BIAS", "MODEL_EXPLAINABILITY")
"""The checks that Clarify's image makes."""


def main(told: Mapping[str, str]) -> None:
    """Check what an environment asks for.

    It is Model Monitor's, with CHECK_TYPE, CHECKED_BY and CHECKED_FOR, who checks and whose image
    it stands for; EXIT_MESSAGE, a file; ANALYSIS_CONFIG, the file of an analysis of Clarify's;
    CHECKED_MODEL, the name of the model that it is of; and BASELINE_STATISTICS and
    BASELINE_CONSTRAINTS, files, where there is a baseline.
    """
    output = Path(told["output_path"])
    output.mkdir(parents=True, exist_ok=True)
    before = {
        name: json.loads(Path(told[f"BASELINE_{name}"]).read_text())
        for name in ("STATISTICS", "CONSTRAINTS")
        if told.get(f"BASELINE_{name}")
    }
    documents, found = _checked(told, before)
    if found is not None:
        documents["constraint_violations.json"] = {"violations": found}
    for name, document in documents.items():
        (output / name).write_text(json.dumps(document, indent=2))
    said = f"Checked by {told['CHECKED_BY']}, and not by {told['CHECKED_FOR']}: "
    if found is None:
        said += "Completed: the baseline was calculated, and nothing held against it"
    elif found:
        said += f"CompletedWithViolations: {len(found)} violations"
    else:
        said += "Completed: Job completed successfully with no violations"
    sys.stdout.write(f"{said}\n")
    message = Path(told["EXIT_MESSAGE"])
    message.parent.mkdir(parents=True, exist_ok=True)
    message.write_text(said)


def _checked(
    told: Mapping[str, str], before: Mapping[str, Json]
) -> tuple[dict[str, Json], list[Json] | None]:
    """The documents by file name, and what breaks the baseline; None where there is none."""
    check, past = told["CHECK_TYPE"], before.get("CONSTRAINTS")
    if check in ANALYSES:
        return _analysed(told, past)
    table = read(Path(told["dataset_source"]), json.loads(told["dataset_format"]))
    if check == "MODEL_QUALITY":
        now = model_quality.statistics(table, told)
        limits = model_quality.constraints(now)
        found = None if past is None else model_quality.violations(now, past)
    else:
        now = data_quality.statistics(table)
        limits = data_quality.constraints(now)
        found = (
            None
            if past is None
            else data_quality.violations(table, before.get("STATISTICS", now), past)
        )
    return {"statistics.json": now, "constraints.json": limits}, found


def _analysed(
    told: Mapping[str, str], past: Json | None
) -> tuple[dict[str, Json], list[Json] | None]:
    """The same of an analysis of Clarify's."""
    asked = json.loads(Path(told["ANALYSIS_CONFIG"]).read_text())
    kind = "json" if "json" in asked.get("dataset_type", "text/csv") else "csv"
    headers = asked.get("headers") or []
    # Clarify takes files with the headers that the analysis names, and without.
    table = read(Path(told["dataset_source"]), {kind: {"header": not headers}}, headers)
    if table.rows and headers and table.rows[0] == list(headers):
        table.rows.pop(0)
    if told["CHECK_TYPE"] == "DATA_BIAS":
        document, errors = bias.analysis(table, asked)
        found = None if past is None else bias.violations(document, errors, past)
        return {"analysis.json": document}, found
    if not told.get("CHECKED_MODEL"):
        raise SystemExit("the step names no model")
    features = bias.features(table, asked)
    rows = [list(row) for row in zip(*(table.column(name) for name in features), strict=True)]
    with asking.asked_of(told["CHECKED_MODEL"], asked["predictor"]) as ask:
        if told["CHECK_TYPE"] == "MODEL_BIAS":
            document, errors = bias.analysis(table, asked, asking.labels(ask(rows), asked))
            found = None if past is None else bias.violations(document, errors, past)
        else:
            document = explainability.analysis(
                features, rows, asked, lambda some: asking.scores(ask(some), asked)
            )
            found = None if past is None else explainability.violations(document, past)
    return {"analysis.json": document}, found


if __name__ == "__main__":
    main(os.environ)

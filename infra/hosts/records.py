"""The records that a model learns from and is asked about: a person's own, or the sample's."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.errors import InputError
from infra.settings import StackFile
from infra.settings.mistakes import did_you_mean
from infra.settings.mlops.model import ModelSettings

HELD_OUT_EVERY = 10
Row = list[str]


@dataclass(frozen=True)
class Records:
    """A table, of which every tenth record is held out: training never sees it."""

    header: Row
    """Names of the columns, that of the target among them."""
    target: str
    rows: list[Row]
    """As many values each as there are columns, as texts; all have a target."""
    source: str
    """Where they come from, as a person would say it."""

    @property
    def training(self) -> list[Row]:
        """Those to learn from."""
        return [row for i, row in enumerate(self.rows) if i % HELD_OUT_EVERY]

    @property
    def held_out(self) -> list[Row]:
        """Those to ask about."""
        return self.rows[::HELD_OUT_EVERY]

    def truth(self, rows: Sequence[Row]) -> Row:
        """The target of each of some rows."""
        place = self.header.index(self.target)
        return [row[place] for row in rows]

    def training_csv(self) -> str:
        """The records to learn from as CSV with a header."""
        return as_csv([self.header, *self.training])

    def questions(self, drop: Sequence[str] = ()) -> str:
        """The held-out records as CSV without a header, a target or the columns `drop`."""
        left = {self.target, *drop}
        places = [i for i, name in enumerate(self.header) if name not in left]
        return as_csv([[row[i] for i in places] for row in self.held_out])


def given(path: Path, stack: StackFile) -> dict[str, Records]:
    """The records of `--data`, by the name of the model that they are for.

    `path` is a CSV file, for the one model that there is; or a folder, which has for a model a
    file or a folder of its name. Models that it has nothing for are left out. Raises InputError
    for what no model can be trained on, and where nothing is for any.
    """
    models = {model.name: model for model in stack.platform.models}
    if not path.exists():
        raise InputError(f"--data {path}: there is no such file or folder.")
    found = {name: _files(path, name) for name in models}
    if len(models) == 1 and not any(found.values()):
        (only,) = models
        found[only] = [path] if path.is_file() else sorted(path.glob("*.csv"))
    elif path.is_file():
        raise InputError(
            f"--data {path}: {stack.environment} has {len(models)} models. Give a folder with a "
            f"file of each: {', '.join(f'{name}.csv' for name in models)}."
        )
    if not any(found.values()):
        raise InputError(
            f"--data {path}: there is no CSV file in it. Looked for: "
            f"{', '.join(f'{name}.csv' for name in models)}."
        )
    return {name: read(files, models[name]) for name, files in found.items() if files}


def _files(path: Path, model: str) -> list[Path]:
    if (path / f"{model}.csv").is_file():
        return [path / f"{model}.csv"]
    return sorted((path / model).rglob("*.csv"))


def read(files: Sequence[Path], model: ModelSettings) -> Records:
    """The labelled records of CSV files with one header. Raises InputError."""
    header: Row = []
    rows: list[Row] = []
    for path in files:
        first, others = table(path)
        header = header or first
        if first != header:
            raise InputError(f"{path} has other columns than {files[0]}.")
        for row in others:
            if len(row) != len(header):
                raise InputError(
                    f"{path}: a record has {len(row)} values, and the header {len(header)}: "
                    f"{','.join(row)[:60]}"
                )
        rows += others
    _check_columns(files[0], header, model)
    place = header.index(model.target)
    labelled = [row for row in rows if row[place].strip()]
    if len(labelled) < HELD_OUT_EVERY:
        raise InputError(f"{files[0]}: {len(labelled)} records have a value in {model.target}.")
    source = str(files[0] if len(files) == 1 else files[0].parent)
    return Records(header, model.target, labelled, source)


def table(path: Path, said: str = "") -> tuple[Row, list[Row]]:
    """The header and the rows of a CSV file, empty lines left out.

    Raises InputError, which begins with what is `said` of the file.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets write a mark
            header, *rows = [row for row in csv.reader(file) if row] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{said}{path} cannot be read as CSV in UTF-8: {error}") from error
    return header, rows


def _check_columns(path: Path, header: Row, model: ModelSettings) -> None:
    wanted = {f"models[{model.name}].target": [model.target]} | {
        f"models[{model.name}].drop": list(model.drop)
    }
    for setting, names in wanted.items():
        for name in names:
            if name not in header:
                guess = did_you_mean(name, header)
                raise InputError(
                    f"{path} has no column {name}, which {setting} names. It has "
                    f"{', '.join(header)[:300] or 'no header'}. {guess}".rstrip()
                )


def as_csv(rows: Sequence[Sequence[object]]) -> str:
    """Rows as CSV with Unix line ends."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()

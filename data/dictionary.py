"""The data dictionary, generated from the contracts: `python -m data.dictionary [--check]`."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from data.contracts.in_year import IN_YEAR
from data.contracts.nation import NATION
from data.contracts.rollup import ROLLUP
from data.contracts.tables import CONTRACTS, TABLES
from data.contracts.vocabulary import (
    LEVEL_LABELS,
    PROVIDER_LABELS,
    RELIABILITY_LABELS,
    RESPONDENT_LABELS,
    STATUS_LABELS,
    UNIT_LABELS,
)
from data.recipe.measures import layouts, measures
from data.recipe.scales import scales

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "data-dictionary.md"

TYPE_LABELS = {"str": "text", "Int64": "integer", "float64": "number", "geometry": "geometry"}
HEADER = """# Data dictionary

Generated from the contracts in `data/contracts` by `python -m data.dictionary`; do not edit.

A value is in one of four states, never mixed. Nothing is ever filled with 0: an empty cell is
unknown. Rates are formed from numerators and denominators and are not stored.
"""


def dictionary_rows(table: str) -> list[dict[str, str]]:
    """Describe a table column by column, for the document and for downloads.

    Parameters
    ----------
    table : str
        One of `data.contracts.tables.TABLES`.

    Returns
    -------
    list of dict
        One a column, with keys `table, column, type, unit, may_be_empty, description, refused`.
    """
    contract = CONTRACTS[table]
    return [
        {
            "table": table,
            "column": name,
            "type": TYPE_LABELS[contract.types[name]],
            "unit": str(column.metadata["unit"]),
            "may_be_empty": "yes" if column.nullable else "no",
            "description": str(column.description),
            "refused": "; ".join(f"rows that {check.title}" for check in column.checks),
        }
        for name, column in contract.columns.items()
    ]


def measure_rows() -> list[dict[str, str]]:
    """List the measures of data/measures.toml, every entry as text."""
    return [
        {
            **{field.name: str(getattr(each, field.name)) for field in fields(each)},
            "columns": "; ".join(str(columns) for columns in each.columns),
        }
        for each in measures().values()
    ]


def scale_rows() -> list[dict[str, str]]:
    """List the scales of data/climate.toml, every entry as text."""
    return [
        {field.name: str(getattr(each, field.name)) for field in fields(each)}
        for each in scales().values()
    ]


def layout_rows() -> list[dict[str, str]]:
    """List the layouts of data/layouts.toml: what each file is, and how it is recognised."""
    return [
        {
            "id": each.id,
            "title": each.title,
            "years": each.vintage,
            "tracts of": str(each.tract_vintage),
            "has columns": ", ".join(each.has),
            "lacks columns": ", ".join(each.lacks),
            "told apart by": "; ".join(one.says for one in each.evidence),
        }
        for each in layouts().values()
    ]


def render() -> str:
    """Write the whole document as Markdown."""
    parts = [HEADER, *(_section(table) for table in (*TABLES, *NATION, *IN_YEAR, *ROLLUP))]
    words = {
        "School levels": LEVEL_LABELS,
        "States of a value": STATUS_LABELS,
        "Reliability of an estimate": RELIABILITY_LABELS,
        "Units of drivers": UNIT_LABELS,
        "Kinds of providers": PROVIDER_LABELS,
        "Respondents of climate surveys": RESPONDENT_LABELS,
    }
    for title, labels in words.items():
        rows = [{"word": word, "meaning": label} for word, label in labels.items()]
        parts.append(f"## {title}\n\n{markdown_table(rows)}")
    parts.append(f"## Measures\n\n{markdown_table(measure_rows())}")
    parts.append(f"## Scales of climate surveys\n\n{markdown_table(scale_rows())}")
    parts.append(f"## Layouts of published files\n\n{markdown_table(layout_rows())}")
    return "\n".join(parts)


def _section(table: str) -> str:
    contract = CONTRACTS[table]
    rows = [{key: row[key] for key in row if key != "table"} for row in dictionary_rows(table)]
    key = " + ".join(f"`{column}`" for column in contract.key)
    refused = "".join(f"* rows that {check.title}\n" for check in contract.schema.checks)
    intro = f"{contract.schema.description} File `{table}.parquet`; one row for each {key}."
    columns = markdown_table(rows)
    return f"## {contract.schema.title}\n\n{intro}\n\n{columns}\nAlso refused:\n\n{refused}"


def markdown_table(rows: Sequence[dict[str, str]]) -> str:
    """Write rows of text as a table, the first row's keys as its head."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, ["---"] * len(names), *([row.get(name, "") for name in names] for row in rows)]
    return "".join(f"| {' | '.join(_cell(each) for each in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def publish(document: Path, wanted: str, command: str, arguments: Sequence[str] | None) -> int:
    """Write a generated document, or with --check only say whether the copy is current."""
    parser = argparse.ArgumentParser(prog=command, description=f"Write docs/{document.name}.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when outdated")
    if not parser.parse_args(arguments).check:
        document.parent.mkdir(parents=True, exist_ok=True)
        document.write_bytes(wanted.encode("utf-8"))
        print(f"wrote {document}")
        return 0
    if document.is_file() and document.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{document} is outdated; run: {command}", file=sys.stderr)
    return 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the document, or with --check only say whether the committed copy is current."""
    return publish(DOCUMENT, render(), "python -m data.dictionary", arguments)


if __name__ == "__main__":
    sys.exit(main())

"""Rows of a file that were refused: one is a slip, many are a wrong column."""

from data.recipe.recipe import Recipe
from data.store.provenance import Ledger

MANY = 0.1
LEAST = 3
TOO_LARGE = "is above"


def doubt_refused(recipe: Recipe, ledger: Ledger, before: int) -> None:
    """Doubt a file of which many rows hold impossible figures.

    Parameters
    ----------
    recipe : Recipe
        What was read.
    ledger : Ledger
        Holds what was refused and kept of the file, and receives the doubt.
    before : int
        Entries that the ledger had before the file was read.
    """
    own = [each for each in ledger.entries[before:] if each.source == recipe.id]
    refused = [each for each in own if "Refused" in each.reason]
    emptied = [each.rows for each in refused if each.action == "repaired"]  # a column each
    lost = sum(each.rows for each in refused if each.action == "dropped")
    kept = sum(each.rows for each in own if each.reason.startswith("Rows of the file read"))
    if not lost and emptied:
        lost = max(emptied)
        kept -= lost
    if lost >= LEAST and lost > MANY * (lost + kept):
        examples = [example for each in refused for example in each.examples]
        reasons = "; ".join(dict.fromkeys(each.reason.removesuffix(".") for each in refused))
        advice = swapped_columns(recipe, reasons)
        words = f"{lost:,} of {lost + kept:,} rows are refused: {reasons}"
        words = f"{words}; {advice}." if advice else f"{words}."
        ledger.doubt("rows_refused", recipe.id, recipe.table, words, examples)


def swapped_columns(recipe: Recipe, reasons: str) -> str:
    """Say which columns look swapped, where more are absent than there are; "" otherwise."""
    columns = recipe.columns
    names = [columns[key].column for key in ("enrolled", "chronic_absent") if key in columns]
    if TOO_LARGE not in reasons or len(names) < 2:
        return ""
    return f"columns enrolled ({names[0]!r}) and chronic_absent ({names[1]!r}) look swapped"

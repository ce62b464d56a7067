"""What words mean that stand where a number would: withheld, with its bounds, or missing."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from data.errors import DataError
from data.intake.content import PLAIN, odd_words
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.read.cells import parse_bound
from data.recipe.parts import Tokens

MOST_WORDS = 40
WHY = "Withheld by the publisher."
WITHHELD = re.compile(
    r"\*+|s|ps|supp?(?:ressed)?|data suppressed|redacted|masked|n ?< ?[0-9]+|too few.*|tfs|tsd"
    r"|.*suppress.*|.*confidential.*|.*privacy.*|<+|cell size|ds|\^+|yes|y|true",
    re.IGNORECASE,
)
MISSING = re.compile(
    r"|n/?a|null|none|nan|nd|no data.*|not available.*|data not available|not applicable|missing"
    r"|-+|–|—|\.+|nr|not reported|#n/a|closed.*|pending",
    re.IGNORECASE,
)
SURE = re.compile(
    r"|n/?a|null|nan|no data.*|not available|data not available|not applicable|missing|#n/a"
    r"|data suppressed|suppressed",
    re.IGNORECASE,
)
ANSWERS = ("missing", "withheld", "withheld <10", "withheld <5")


def settled(
    table: RawTable,
    interview: Interview,
    columns: Sequence[pd.Series],
    *,
    decimal: str = ".",
    harmless: bool = False,
) -> Tokens:
    """Ask what each word means that stands in columns of numbers and is none.

    Parameters
    ----------
    table : RawTable
    interview : Interview
    columns : sequence of Series
        Counted words of the columns of numbers.
    decimal : str
        Decimal mark of the numbers.
    harmless : bool
        Whether no figure of absence hangs on it: what is not known is then missing.
    """
    counts = odd_words(columns, decimal)
    bounds = [word for word in counts if parse_bound(word, whole=True) and "n" not in word.lower()]
    groups = [word for word in counts if parse_bound(word, whole=True) and "n" in word.lower()]
    if bounds or groups:
        _tell_bounds(table, interview, [*bounds, *groups], counts)
    suppressed: dict[str, str] = {}
    missing: list[str] = [""]
    for word in list(counts)[:MOST_WORDS]:
        if word in bounds or word in groups or word == "":
            continue
        meaning = _meaning(table, interview, word, counts[word], harmless=harmless)
        if meaning == "missing":
            missing.append(word)
        else:
            suppressed[word] = meaning.removeprefix("withheld").strip()
    withholds = bool(suppressed or bounds or groups)
    return Tokens(
        suppressed=dict(sorted(suppressed.items())),
        missing=tuple(dict.fromkeys(missing)),
        censored=bool(bounds or groups),
        reason=_reason(table, interview) if withholds and not harmless else WHY,
    )


def _reason(table: RawTable, interview: Interview) -> str:
    return interview.text(
        Question(
            ("files", table.name, "reason"),
            f"Why does the publisher withhold numbers in {table.name}?",
            WHY,
            "Its notes may say more.",
        )
    )


def _tell_bounds(
    table: RawTable, interview: Interview, words: Sequence[str], counts: Mapping[str, int]
) -> None:
    shown = ", ".join(f"{word} ({counts[word]:,} cells)" for word in words[:6])
    interview.ask(
        Question(
            ("files", table.name, "bounds"),
            f"{table.name} writes bounds where it withholds a number.",
            "kept",
            f"{shown}. They are kept as least and most.",
            ("kept",),
        )
    )


def _meaning(table: RawTable, interview: Interview, word: str, rows: int, *, harmless: bool) -> str:
    is_code = bool(PLAIN.fullmatch(word))
    withheld = bool(WITHHELD.fullmatch(word)) and not is_code
    proposal = "withheld" if withheld and not harmless else "missing"
    known = bool(SURE.fullmatch(word)) or (not is_code and harmless)
    asked = Question(
        ("files", table.name, "tokens", word),
        f"{table.name}: what does {word!r} mean where a number would stand?",
        proposal,
        f"It stands in {rows:,} cells"
        + (", and no such number is negative." if is_code else ".")
        + (" Publishers write it for what they withhold." if withheld else ""),
        sure=known,
    )
    answer = interview.text(asked)
    bound = answer.removeprefix("withheld").strip()
    is_bound = answer.startswith("withheld") and (not bound or parse_bound(bound, whole=True))
    if answer != "missing" and not is_bound:
        raise DataError(
            f"{asked.name} is {answer!r}; write 'missing', 'withheld', or with what is known of the"
            " hidden number: 'withheld <10'"
        )
    return answer

"""Sentences of the Hot spots page that depend on how clusters were looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from data.views.hot_spots import HotSpots
from ui.languages import counted, mark, number, text
from ui.maps.scales import HOT_SPOT_WORDS
from ui.selection import CATCHMENTS, METHODS, NEIGHBOURS, SINGLE_TESTS, Selection
from ui.words.numbers import alpha_text, count_text, plural, q_text
from ui.words.standing import (
    HELPS,
    HOT_SPOT_MEANING,
    MEASURES,
    NULL_MEANING,
)

if TYPE_CHECKING:  # a page that shows no such map need not load them
    from analytics.membership import Membership
    from analytics.scan import Cluster

READ: Mapping[str, str] = MappingProxyType(
    {
        "consensus": mark(
            "Dark areas show up in at least half of our {ways} checks. Striped ones show up in one"
            " check alone. All checks use the same data, so agreement means steady, not proven."
        ),
        "gi_star": mark("Dark areas: absence is high there and in the tracts around."),
        "local_moran": mark("Dark areas: tracts with much absence among others like them."),
        "scan": mark(
            "Dark areas lie in a circle with more absence than outside. Places are not round."
        ),
        "membership": mark("Dark areas: the model thinks it likely that absence is high there."),
    }
)
"""How to read the map of each method."""
MEANING: Mapping[str, str] = MappingProxyType(
    {
        "consensus": (
            "Each tract is looked at in many ways: two statistics, three kinds of neighbours and"
            " every join of schools to homes but the building's own tract. What most of them flag"
            " hangs less on one choice; lines cross what one alone flags. The analyses share"
            " their data, so their number is a measure of robustness, not of evidence."
        ),
        "gi_star": (
            "Gi* asks whether a tract together with its neighbours lies above the rest of the"
            " place (Ord and Getis 1995)."
        ),
        "local_moran": (
            "Local Moran asks whether a tract and its neighbours lie on the same side of the mean,"
            " after rates are put on one footing for small numbers (Anselin 1995; Assuncao and"
            " Reis 1999). A high tract among low ones, or the reverse, is not a hot spot here."
        ),
        "scan": (
            "The scan looks at every circle of up to a tenth of the students and keeps those whose"
            " absence differs most from what is expected (Kulldorff 1997). A circle passes or fails"
            " as a whole, and circles are round where places are not: a core, not an extent."
        ),
        "membership": (
            "The model asks for a smooth map behind the schools: each school is a mixture of the"
            " tracts its students come from, plus what is its own. It gives the probability that a"
            " tract lies a quarter or more above the whole place (or a fifth below), school levels"
            " being equal. The model rests on its assumptions; the tests do not share them."
        ),
    }
)
NULL_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "schools": NULL_MEANING,
        "schools_within": mark(
            "Chance is measured by moving school results among schools of the same level in the"
            " same county. What goes with size and recorded type stays with the school. A"
            " difference between counties is then no hot spot; one inside a county is."
        ),
        "areas": mark(
            "Chance is measured by moving tracts. That is right for a table measured by tract;"
            " this map is made from shared schools, so it calls far too many tracts significant."
            " It is here to compare, not to act on."
        ),
        "constant_risk": mark(
            "Chance is one risk for every student of a level. Schools differ by more than that"
            " everywhere, so nearly every tract differs from something: a test of any difference"
            " between places, not of where to go."
        ),
    }
)


CAUTIONS: Mapping[str, str] = MappingProxyType(
    {
        "membership": mark(
            "By a model, each tract in them is likely a quarter or more above the place."
        ),
        "schools_within": mark("Each school was set beside those of its own county only."),
        "areas": mark("Do not act on this map: it takes shared schools for a cluster."),
        "constant_risk": mark(
            "Do not act on this map: it shows any area that differs from one risk for all."
        ),
    }
)
"""What a reader must know of a way of looking that is not the usual one."""
ONE_SEARCH = mark(
    "All counties were looked at in one search: going from one to the next finds no more by chance."
)
BEYOND_CHANCE = ("schools", "schools_within")
"""Nulls that a hot spot of this page can be believed against."""

RESULT_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "consensus": ("flagged", "of", "analyses"),
        "test": ("q", "draws"),
        "scan": ("p",),
        "membership": ("probability", "rate_mean", "model_interval"),
    }
)
HALF = 0.5
LIKELIEST = 4  # circles told of
GROUP_COLUMNS = (
    *("name", "tracts", "enrolled", "chronic_absent", "rate", "interval", "ratio"),
    *("excess", "excess_low", "excess_high", "shrunken", "coverage", "agree"),
)
NAMED_AFTER = mark(
    "An area is named after the neighbourhoods that most of it lies in; it may be a part of them."
)
NO_ALL_CLEAR = mark(
    "A map without marks is no all-clear: small groups are easily missed. The border of a group is"
    " that of its core: more may lie around it."
)


def map_title(selection: Selection) -> str:
    """Title of a hot-spot map: what, when and how, as far as it is not the usual way."""
    parts = [text("Hot spots of chronic absence, {year}", year=selection.year)]
    if selection.method != "consensus":
        parts.append(text(METHODS[selection.method]))
    if selection.method in SINGLE_TESTS:
        parts.append(text(NEIGHBOURS[selection.neighbours]).lower())
    if selection.by_county():
        parts.append(text("each county by itself"))
    if selection.null != "schools" and selection.nulls():
        words = {
            "schools_within": mark("schools rearranged within each county"),
            "areas": mark("tracts rearranged"),
            "constant_risk": mark("against one risk everywhere"),
        }
        parts.append(text(words[selection.null]))
    if selection.measure != "ratio":
        parts.append(text(MEASURES[selection.measure]).lower())
    return ": ".join(filter(None, (parts[0], ", ".join(parts[1:]))))


def scatter_words(slope: float, chosen: int) -> str:
    """Read the Moran scatter aloud."""
    said = text(
        "The slope of the line is Moran's I, {slope}: 0 is no likeness of neighbours, 1 is full"
        " likeness. Neighbouring tracts share schools, so some likeness is built in.",
        slope=number(f"{slope:.2f}"),
    )
    rest = text("Draw a rectangle on the chart to outline its tracts on the map.")
    if chosen:
        inside = mark("{count} tracts in the rectangle are outlined on the map.")
        rest = text(inside, count=count_text(chosen))
    return f"{said} {rest}"


def caution(selection: Selection) -> str:
    """Say what is unlike the usual way of looking; "" for it."""
    if selection.method == "membership":
        return text(CAUTIONS["membership"])
    if selection.by_county():
        return f"{text(CAUTIONS['schools_within'])} {text(ONE_SEARCH)}"
    if selection.null not in CAUTIONS or not selection.nulls():
        return ""
    return text(CAUTIONS[selection.null])


def made(found: HotSpots, selection: Selection) -> str:
    """Say what was tested, and against how many rearrangements."""
    if found.kind == "membership":
        return "tracts in the model"
    if selection.by_county():
        selection = replace(selection, null="schools_within")
    moved = {
        "schools": "rearrangements of schools",
        "schools_within": "rearrangements of schools within counties",
        "areas": "rearrangements of tracts",
    }
    against = moved.get(selection.null, "draws of one risk everywhere")
    draws = f"up to {count_text(found.draws)} {against}"
    if found.ways > 1:
        return f"tracts tested, each in up to {found.ways} ways, against {draws}"
    return f"tracts tested against {draws}"


def meaning(found: HotSpots, selection: Selection) -> str:
    """Say what the map means and what helps."""
    usual = selection.null in BEYOND_CHANCE or bool(selection.by_county())
    beyond_chance = usual and found.kind != "membership"
    hot = text(HOT_SPOT_MEANING) if beyond_chance and not found.groups.empty else ""
    named = "" if found.groups.empty else text(NAMED_AFTER)
    read = text(READ[selection.method], ways=found.ways)
    return " ".join(filter(None, (read, hot, named, text(NO_ALL_CLEAR), text(HELPS))))


def chance(selection: Selection) -> str:
    """How chance was measured."""
    if selection.by_county():
        return f"{text(NULL_WORDS['schools_within'])} {text(ONE_SEARCH)}"
    return text(NULL_WORDS[selection.null]) if selection.nulls() else ""


def within_text(found: HotSpots, within: HotSpots) -> str:
    """Say how much of the default is a difference between counties."""
    hot, inside = (int(spots.groups["tracts"].sum()) for spots in (found, within))
    if hot:
        little = mark(
            "Little of it is a difference between counties: of {tracts} in groups, {count} are left"
            " when schools are rearranged within each county only."
        )
        much = mark(
            "Much of it is a difference between counties: of {tracts} in groups, {count} are left"
            " when schools are rearranged within each county only."
        )
        leaves = little if inside > hot * HALF else much
        said = text(leaves, tracts=plural(hot, "tract"), count=count_text(inside))
    else:
        left = plural(inside, "tract") if inside else text("no tract")
        alone = mark("Rearranging schools within each county only, {tracts} would stand out.")
        said = text(alone, tracts=left)
    if inside or within.broad is None or within.broad.empty:
        return said
    broad = plural(within.broad["tracts"].sum(), "tract")
    whole = text("Tested as whole groups of touching tracts, {tracts} would.", tracts=broad)
    return f"{said} {whole}"


def tract_text(found: HotSpots, row: pd.Series) -> str:
    """Tell what the analyses say of one tract."""
    words = text(HOT_SPOT_WORDS[found.kind].get(row["map_class"], row["map_class"]))
    if found.kind == "consensus" and pd.notna(row["of"]):
        flagged, of = int(row["flagged"]), int(row["of"])
        by = mark("{said}; flagged by {count} of {all} analyses")
        return text(by, said=words, count=flagged, all=of)
    if found.kind == "scan" and pd.notna(row["p"]):
        return text("{said}; circle with {p}", said=words, p=q_text(row["p"], "p"))
    if found.kind == "membership" and pd.notna(row["probability"]):
        chance = number(f"{row['probability']:.2f}")
        likely = mark("{said}; probability of a quarter or more above {chance}")
        return text(likely, said=words, chance=chance)
    return f"{words}; {q_text(row['q'])}" if pd.notna(row["q"]) else words


def group_columns(groups: pd.DataFrame) -> tuple[str, ...]:
    """Columns of a table of groups, with the p of a group as a whole where it was tested."""
    return (*GROUP_COLUMNS, "group_p") if "group_p" in groups else GROUP_COLUMNS


def groups_tested(found: HotSpots, alpha: float) -> str:
    """Say what is found when touching tracts are tested together; "" where they were not."""
    if found.broad is None:
        return ""
    level = alpha_text(alpha)
    if found.broad.empty:
        return text(
            "Tested as whole groups of touching tracts, none is heavier than chance makes its"
            " heaviest (p {level}).",
            level=level,
        )
    stand = counted(
        "Tested as whole groups of touching tracts, {count} group with {tracts} stands out.",
        "Tested as whole groups of touching tracts, {count} groups with {tracts} stand out.",
        len(found.broad),
        tracts=plural(int(found.broad["tracts"].sum()), "tract"),
    )
    sure = text(
        "The chance that any group passes where there is none is at most {level}. Such a group is a"
        " finding as a whole: its single tracts are not.",
        level=level,
    )
    return f"{stand} {sure}"


def broad_title(selection: Selection) -> str:
    """Title of the table of groups that pass as wholes."""
    said = mark("Groups of touching tracts that stand out as wholes, {year}")
    return text(said, year=selection.year)


def groups_title(selection: Selection) -> str:
    """Title of the table of groups."""
    said = mark("Groups of hot tracts, most students beyond expected first, {year}")
    return text(said, year=selection.year)


def flagged_table(found: HotSpots, selection: Selection) -> tuple[pd.DataFrame, list[str], str]:
    """Table twin of the map: every flagged tract, most flagged first."""
    rows = found.tracts[found.tracts["flagged"].fillna(0) > 0]
    rows = rows.sort_values(["flagged", "ratio"], ascending=False, kind="stable")
    words = HOT_SPOT_WORDS[found.kind]
    rows = rows.assign(
        map_class=rows["map_class"].map(lambda name: text(words.get(name, name))),
        analyses=rows["analyses"].map(analysis_words),
    )
    columns = ["name", "neighbourhood", "map_class", "rate", "interval", "ratio", "enrolled"]
    many = mark("{tracts} flagged by at least one analysis, hot or cold, {year}")
    one = mark("{tracts} flagged, hot or cold, {year}")
    title = text(
        many if found.kind == "consensus" else one,
        tracts=plural(len(rows), "tract"),
        year=selection.year,
    )
    return rows, [*columns, *RESULT_COLUMNS[found.kind]], title


def analysis_words(names: str) -> str:
    """Write the names of analyses in words: "Gi*, tracts that touch, attendance zones"."""
    words = {**METHODS, **NEIGHBOURS, **CATCHMENTS}
    told = [
        ", ".join(text(words[part]) if part in words else part for part in name.split(", "))
        for name in filter(None, names.split("; "))
    ]
    return "; ".join(told)


def notes(found: HotSpots) -> tuple[str, ...]:
    """Say what the method itself has to say of this map."""
    if found.model is not None:
        return (_chosen(found.model), *map(_sentence, found.model.notes))
    return tuple(_circle(circle, found.tracts) for circle in found.circles[:LIKELIEST])


def _circle(circle: Cluster, tracts: pd.DataFrame) -> str:
    more = mark(
        "A circle of {km} km with {tracts} around {name}: more absence than outside, relative risk"
        " {risk}, p = {p} ({draws} draws)."
    )
    less = mark(
        "A circle of {km} km with {tracts} around {name}: less absence than outside, relative risk"
        " {risk}, p = {p} ({draws} draws)."
    )
    return text(
        more if circle.direction == "high" else less,
        km=number(f"{circle.radius:.1f}"),
        tracts=plural(len(circle.ids), "tract"),
        name=tracts.loc[circle.centre, "name"],
        risk=number(f"{circle.relative_risk:.2f}"),
        p=number(f"{circle.p:.3f}"),
        draws=count_text(circle.draws),
    )


def _chosen(found: Membership) -> str:
    """Say which field the model uses, and how far one tract tells of another."""
    if found.state != "fitted":
        return ""  # the notes of the model say why
    names = {"bym2": "BYM2", "matern 0.5": "Matérn 1/2", "matern 1.5": "Matérn 3/2"}
    rivals = found.comparison.loc[~found.comparison["chosen"], "log_marginal_likelihood"]
    told = ", ".join(f"{names[str(name)]} {_tenth(value)}" for name, value in rivals.items())
    said = text(
        "Field: {name}, log marginal likelihood {value} ({others}).",
        name=names[found.field],
        value=_tenth(found.log_marginal_likelihood),
        others=told,
    )
    if "range_km" not in found.hyperparameters.index:
        return said
    row = found.hyperparameters.loc["range_km"]
    apart = text(
        "Tracts {km} km apart ({low}–{high}) tell little of each other.",
        km=_tenth(row["median"]),
        low=_tenth(row["low"]),
        high=_tenth(row["high"]),
    )
    return f"{said} {apart}"


def _tenth(value: float) -> str:
    return number(f"{value:,.1f}")


def _sentence(note: str) -> str:
    """Write a note of the model as a sentence."""
    words = note.replace("bym2", "BYM2").replace("matern", "Matérn").rstrip(".")
    return f"{words[0].upper()}{words[1:]}."

"""Folded parts on definitions: a place beside another, and the rules that a place follows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from data.contracts.vocabulary import LEVEL_LABELS
from data.definition_facts import FACTS
from data.definition_rules import Rule, RuleSource
from data.views.across import Comparison
from ui import controls, frame, queries, roles
from ui.languages import filed, mark, text
from ui.queries import across as queries_across
from ui.queries.across import Beside
from ui.selection import Selection
from ui.tables import display, downloads
from ui.tables.exports import About
from ui.words import across as words
from ui.words.as_written import as_written
from ui.words.numbers import points_text

COLUMNS = ("name", "level", "school_year", "schools", "enrolled", "chronic_absent", "rate")
APART = {
    "difference": "Rate of the first place less that of the second, of the row's level.",
    "difference_low": "Low end of its 95 % range, schools as clusters.",
    "difference_high": "High end of its 95 % range, schools as clusters.",
}
KEY = "fold-across"
MEANING = mark("Two places are compared where both count the same students in the same way.")
NO_RULE = mark("No rule is known for this place; its own words stand at the foot of the page.")


def fold(selection: Selection) -> None:
    """Fold a place beside another; open where the link names one."""
    if selection.across:
        st.session_state.setdefault(KEY, True)
    frame.fold("Beside another place", "across", draw, selection)


def draw(selection: Selection) -> None:
    """Choose another place, and compare the two or say why not."""
    if not controls.words(selection, "across"):
        st.write(as_written(text("There is no other place in this store.")))
        return
    selection = controls.draw(selection, "across")
    if not selection.across:
        st.write(as_written(text(MEANING)))
        return
    found = queries_across.beside(selection)
    if roles.sees_all(queries_across.other_panel(selection).sources):
        st.warning(as_written(text(roles.NOT_FOR_OTHERS)))
    if found.comparison is None:
        _refused(found)
    else:
        _compared(selection, found, found.comparison)
    _rules_of_both(found)


def own_rules(selection: Selection) -> None:
    """How the place counts, by school years, with where it was read."""
    rules = queries_across.rules(selection)
    if rules is None:
        st.write(as_written(text(NO_RULE)))
        return
    table = pd.DataFrame({_span(rule): _facts(rule) for rule in rules.rules})
    table.insert(0, text("What is counted"), [text(label) for label in FACTS.values()])
    display.plain(table, text("Definition of chronic absence: {name}", name=rules.name))
    if unread := [_span(rule) for rule in rules.rules if not rule.confirmed]:
        said = text("Not confirmed in the publisher's own words: {years}.", years=", ".join(unread))
        st.caption(as_written(said))
    _sources(rules.rules)


def _refused(found: Beside) -> None:
    """Say why two places are not compared, and what would make it possible."""
    frame.answer(words.refusal(found.one, found.other, found.verdict))
    every = words.reasons(found.one, found.other, found.verdict)
    if len(every) > 1:
        st.html(f"<p>{escape(text('Every reason:'))}</p>")
        _list(every)
    st.html(f"<p>{escape(text('What would make it possible (all of these):'))}</p>")
    _list(words.remedies(found.verdict))


def _compared(selection: Selection, found: Beside, comparison: Comparison) -> None:
    """Draw the comparison: sentence, what is counted, tables, file."""
    frame.answer(words.answer(found.one, found.other, comparison))
    if found.one.rule is not None and found.one.rule == found.other.rule:
        st.write(as_written(words.alike_text(found.one.rule)))
    _list([*words.notes(found.one, found.other, found.verdict), *_left_out(found, comparison)])
    frame.sure(words.SURE, words.NOT_WHY)
    named = comparison.table.assign(
        level=comparison.table["level"].replace({"all": text(words.ALL)})
    )
    title = text("{one} and {other}, by school level", one=found.one.name, other=found.other.name)
    display.show(named, (*COLUMNS, "interval"), title)
    _points_apart(found, comparison)
    _offer(selection, found, comparison)


def _points_apart(found: Beside, comparison: Comparison) -> None:
    """Show how far the two lie apart at each level, the first less the second."""
    rows = comparison.apart.reset_index()
    levels = [text(words.ALL if level == "all" else LEVEL_LABELS[level]) for level in rows["level"]]
    ranges = zip(rows["difference_low"], rows["difference_high"], strict=True)
    table = pd.DataFrame(
        {
            text("School level"): levels,
            text("Points apart"): [points_text(each) for each in rows["difference"]],
            text("95 % range"): [words.range_text(low, high) for low, high in ranges],
        }
    )
    names = {"one": found.one.name, "other": found.other.name}
    display.plain(table, text("{one} less {other}, in points", **names))


def _left_out(found: Beside, comparison: Comparison) -> list[str]:
    """Say how many students are at levels that only one of the places has."""
    said = mark("{count} students of {place} are at levels that the other does not have: left out.")
    pairs = zip((found.one, found.other), comparison.left_out, strict=True)
    return [text(said, count=f"{count:,.0f}", place=each.name) for each, count in pairs if count]


def _offer(selection: Selection, found: Beside, comparison: Comparison) -> None:
    """Offer the figures of both with their differences."""
    panels = (queries.panel(selection), queries_across.other_panel(selection))
    table = comparison.table.merge(comparison.apart, left_on="level", right_index=True)
    years = dict.fromkeys((found.one.year, found.other.year))
    told = About(
        display.dictionary(table.columns, APART),
        f"{filed(words.NOT_WHY)} {filed(words.SURE)}",
        tuple(source for each in panels for source in each.sources),
        any(each.area.fictional for each in panels),
        " and ".join(years),
    )
    parts = ("beside", selection.area, selection.across, selection.year)
    downloads.offer(mark("comparison"), parts, lambda: table, told)


def _rules_of_both(found: Beside) -> None:
    """Set what each place counts side by side."""
    rules = {each.name: each.rule for each in (found.one, found.other) if each.rule is not None}
    if not rules:
        return
    table = pd.DataFrame({name: _facts(rule) for name, rule in rules.items()})
    table.insert(0, text("What is counted"), [text(label) for label in FACTS.values()])
    display.plain(table, text("How each defines chronic absence"))
    _sources(list(rules.values()))


def _facts(rule: Rule) -> list[str]:
    return [words.fact_text(rule, name) for name in FACTS]


def _span(rule: Rule) -> str:
    if not rule.last_year:
        return text("{year} on", year=rule.first_year)
    if rule.first_year == rule.last_year:
        return rule.first_year
    return text("{first} to {last}", first=rule.first_year, last=rule.last_year)


def _sources(rules: Sequence[Rule]) -> None:
    """List notes and sources, in the publishers' words."""
    notes = [" ".join(filter(None, (rule.note, rule.schools))) for rule in rules]
    sources = dict.fromkeys(source for rule in rules for source in rule.sources)
    _list([*filter(None, dict.fromkeys(notes)), *map(_cited, sources)], lang="en")


def _cited(source: RuleSource) -> str:
    return f"{source.publisher}. {source.title} ({source.year}). {source.url}"


def _list(items: Sequence[str], lang: str = "") -> None:
    said = f" lang='{lang}'" if lang else ""
    if items:
        st.html(f"<ul{said}>{''.join(f'<li>{escape(each)}</li>' for each in items)}</ul>")

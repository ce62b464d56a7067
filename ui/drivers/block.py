"""The Social drivers page: one condition on the map, its links with absence, and what to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from html import escape

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from data.recipe import measures as registry
from data.recipe.measures import MeasureInfo
from data.views.driver_together import hidden
from data.views.drivers import Comparison
from ui import controls, frame, queries
from ui.drivers import downloads as driver_downloads
from ui.drivers import tables as driver_tables
from ui.drivers import together as together_words
from ui.drivers import words as driver_words
from ui.languages import mark, text
from ui.maps import block as map_block
from ui.maps.decks import AreaClasses, driver_classes
from ui.maps.scales import marks_legend
from ui.places import ranking
from ui.queries import charts as queries_charts
from ui.queries import drivers as queries_drivers
from ui.screen import Beside
from ui.selection import NEIGHBOURHOOD, Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words import cards
from ui.words import standing as words
from ui.words.as_written import as_written
from ui.words.numbers import plural

NO_DRIVERS = mark(
    "No social driver is known of this place. The people who run this site can add some:"
    " README.md says how."
)
ALONE = ("name", "neighbourhood", "value", "moe", "cv", "reliability", "vintage")
FILTERS = (*frame.FILTERS, "driver")
OPTIONS = ("unit", "measure", "catchment", "alpha")
BOTH = ("name", "neighbourhood", "ratio", "absence_class", "value", "moe", "cv", "driver_class")


def head(question: str) -> Selection:
    """Draw the head; without any condition the page ends here."""
    area = frame.current().area
    if not queries.choices(area).drivers:
        frame.end(frame.head(question, page="social_drivers"), NO_DRIVERS)
    selection = frame.head(question, filters=FILTERS, options=OPTIONS, page="social_drivers")
    return selection if queries_drivers.has_both(selection) else replace(selection, view="")


def first_screen(selection: Selection) -> None:
    """Map of the condition, or of condition and absence together, with its list beside."""
    measure = queries_drivers.measure(selection)
    for said in queries_drivers.warnings(selection):
        st.warning(as_written(said))
    if selection.view == "together":
        _both(selection, measure)
        return
    title = f"{text(measure.label)}, {queries_drivers.driver_years(selection)}"
    if queries_drivers.wants_neighbourhoods(selection):
        _by_neighbourhood(selection, measure, title)
        return
    table = queries_drivers.driver(selection)
    _alone(selection, measure, title, driver_classes(table, measure.unit), table, "")


def _alone(
    selection: Selection,
    measure: MeasureInfo,
    title: str,
    classes: AreaClasses,
    table: pd.DataFrame,
    why: str,
) -> None:
    beside = Beside(
        map_block.legend_of(title, classes),
        map_block.card_or(
            selection, table, lambda row: cards.driver_card(row, text(measure.label))
        ),
        lambda: ranking.condition_list(table, compared=measure.is_compared),
        note=f"<p class='atlas-sure'>{escape(why)}</p>" if why else "",
        above=partial(controls.draw, selection, "view", label_visibility="collapsed"),
    )
    map_block.tract_screen(selection, title, classes, table, beside)


def compared(selection: Selection, place: DeltaGenerator) -> Comparison:
    """Compare schools, and write the answer in the place kept for it."""
    measure = queries_drivers.measure(selection)
    with place:
        comparison = queries_drivers.comparison(selection)
    link = queries_drivers.correlation(selection)
    frame.answer(driver_words.answer(comparison, measure, link, selection.year), place)
    return comparison


def under_all_joins(
    comparison: Comparison, selection: Selection, place: DeltaGenerator
) -> Comparison:
    """Set the answer, already on screen, beside what the other joins say."""
    if comparison.found.state != "estimated":
        return comparison
    wide = queries_drivers.under_all_joins(selection)
    measure = queries_drivers.measure(selection)
    link = queries_drivers.correlation(selection)
    frame.answer(driver_words.answer(wide, measure, link, selection.year), place)
    return wide


def associations(comparison: Comparison, selection: Selection) -> None:
    """Ranked associations with intervals, their table, themes, and what stands behind them."""
    measures = registry.measures()
    refused = driver_words.refusal(comparison, measures)
    if refused:
        st.info(as_written(refused))
    else:
        st.vega_lite_chart(queries_charts.odds_chart(selection))
        st.write(as_written(text(driver_words.ODDS_MEANING)))


def behind(comparison: Comparison, selection: Selection) -> None:
    """Tell what was left out and what to be careful of; show the tables behind the chart."""
    measures = registry.measures()
    if comparison.joins:
        st.write(as_written(text(driver_words.JOINS_MEANING)))
    left_out = driver_words.left_out(comparison, measures)
    if left_out:
        st.write(as_written(left_out))
    for warning in comparison.found.diagnostics.warnings:
        st.warning(as_written(warning))
    if not driver_words.refusal(comparison, measures):
        _behind(comparison, selection)
    driver_downloads.model_buttons(comparison, selection)


def is_compared(selection: Selection) -> bool:
    """Whether the chosen condition may be tested tract by tract, or is for its map alone."""
    return queries_drivers.has_both(selection)


def together(selection: Selection) -> None:
    """Where absence and the condition go together beyond chance, tested."""
    measure = queries_drivers.measure(selection)
    tested = queries_drivers.tested(selection)
    for sentence in together_words.tested_sentences(tested, measure, selection.alpha):
        st.html(f"<p class='atlas-sure'>{escape(sentence)}</p>")


def at_schools(selection: Selection) -> None:
    """School by school: the chosen condition, and one that is measured at the schools."""
    measure = queries_drivers.measure(selection)
    if measure.is_compared:
        st.vega_lite_chart(queries_charts.exposure_chart(selection))
    housing = queries_drivers.housing_at_school(selection)
    if housing is None:
        years = queries_drivers.housing_years(selection)
        if years:
            sentence = driver_words.housing_not_covered(years, selection.year)
            st.html(f"<p class='atlas-sure'>{escape(sentence)}</p>")
        return
    label, link = housing
    sentence = driver_words.housing_sentence(label, link, selection.year)
    st.html(f"<p class='atlas-sure'>{escape(sentence)}</p>")
    if link.state == "estimated":
        row = driver_tables.correlation_words(label, link, selection.year)
        title = text(
            "{label}, at {schools}, {year}",
            label=text(label),
            schools=plural(link.n, "school"),
            year=selection.year,
        )
        table_block.plain(row, title)


def tracts_table(selection: Selection) -> None:
    """Table twin of the map, and the same to download."""
    downloads.buttons(selection, "drivers", _tracts(selection), place="tracts")


def _tracts(selection: Selection) -> pd.DataFrame:
    measure = queries_drivers.measure(selection)
    if selection.view == "together":
        both = queries_drivers.together(selection)
        named, year = text(measure.label), selection.year
        title = text("Tracts by absence and “{condition}”, {year}", condition=named, year=year)
        table_block.plain(together_words.table_of_counts(both), title)
        order = both.tracts.sort_values(["ratio", "name"], ascending=[False, True])
        tracts = plural(len(order), "tract")
        title = text("{tracts} by both, most absence first", tracts=tracts)
        table_block.show(order, BOTH, title)
        return both.tracts
    driver = queries_drivers.driver(selection)
    order = driver.sort_values("name")
    title = mark("{condition} in {tracts}, by name: these figures are not for ranking")
    if measure.is_compared:
        order = driver.sort_values("value", ascending=False)
        title = mark("{condition} in {tracts}, highest first")
    tracts = plural(len(driver), "tract")
    table_block.show(order, ALONE, text(title, condition=text(measure.label), tracts=tracts))
    return driver


def sureness(comparison: Comparison, selection: Selection) -> Sequence[str]:
    """Give sentences on how sure the associations are."""
    measure = queries_drivers.measure(selection)
    link = queries_drivers.correlation(selection)
    return (
        driver_words.figures(comparison, measure, link),
        driver_words.sureness(comparison) if measure.is_compared else "",
        words.ASSOCIATION,
        words.AREA_RANGE,
    )


def _by_neighbourhood(selection: Selection, measure: MeasureInfo, title: str) -> None:
    """Map of the mean in each neighbourhood, where tracts are too unsure to say something."""
    table = queries_drivers.by_neighbourhood(selection)
    why = driver_words.why_neighbourhoods(queries_drivers.driver(selection), table)
    classes = driver_classes(table, measure.unit, "neighbourhoods")
    rows = table.assign(name=table.index, neighbourhood="")
    rows = rows.set_axis(NEIGHBOURHOOD + table.index).rename_axis("id")
    named = text("{title}, by neighbourhood", title=title)
    _alone(selection, measure, named, classes, rows, why)


def _both(selection: Selection, measure: MeasureInfo) -> None:
    both = queries_drivers.together(selection)
    classes = together_words.together_classes(both)
    title = text(
        "Absence and “{condition}” together, {year}",
        condition=text(measure.label),
        year=selection.year,
    )
    counts = classes.scale.counts(classes.codes)
    named = together_words.axes(both, measure.label, measure.unit)
    legend = "".join(
        (
            f'<div class="legend"><strong>{escape(title)}</strong></div>',
            together_words.square_legend(classes.scale, counts, *named, both.hard),
            marks_legend(
                hatched=classes.hatched.count("1"), lines=classes.lines, hidden=hidden(both)
            ),
        )
    )
    said = together_words.together_sentence(both, measure, selection.year)
    beside = Beside(
        legend,
        map_block.card_or(
            selection, both.tracts, lambda row: cards.together_card(row, text(measure.label))
        ),
        lambda: st.html(f"<p class='atlas-sure'>{escape(said)}</p>"),
        above=partial(controls.draw, selection, "view", label_visibility="collapsed"),
    )
    map_block.tract_screen(selection, title, classes, both.tracts, beside)


def about(selection: Selection) -> None:
    """Say what the measure says and cannot say."""
    st.html(_about(queries_drivers.measure(selection)))


def _about(measure: MeasureInfo) -> str:
    """HTML of what a measure says and cannot say."""
    rows = "".join(
        f"<dt>{escape(term)}</dt><dd>{escape(sentence)}</dd>"
        for term, sentence in driver_words.about(measure)
    )
    return f"<dl class='atlas-about'>{rows}</dl>"


def _behind(comparison: Comparison, selection: Selection) -> None:
    """Tables behind the chart: effects, themes and diagnostics."""
    table = comparison.table
    schools = plural(comparison.found.diagnostics.n, "school")
    of = {"schools": schools, "year": selection.year}
    conditions = plural(len(table), "condition")
    title = text("{conditions} in {schools}, {year}", conditions=conditions, **of)
    table_block.plain(driver_tables.effects_words(table), title)
    if not comparison.shares.empty:
        st.vega_lite_chart(queries_charts.themes_chart(selection))
        st.write(as_written(driver_words.theme_sentence(comparison.shares)))
        themes = driver_tables.shares_words(comparison.shares)
        counted = plural(len(themes), "theme")
        title = text("{themes} of conditions, {schools}, {year}", themes=counted, **of)
        table_block.plain(themes, title)
    title = text("What stands behind these links, {schools}, {year}", **of)
    table_block.plain(driver_tables.diagnostics_words(comparison), title)

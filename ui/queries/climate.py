"""Surveys of a view: the scales that are here, each school's answers, and absence beside them."""

from __future__ import annotations

import pandas as pd

from data.contracts.vocabulary import RESPONDENT_LABELS
from data.recipe.scales import ScaleInfo, scales
from data.store.provenance import Source
from data.views import climate as views
from data.views.climate import Link
from ui import queries
from ui.languages import text
from ui.queries import drivers
from ui.queries.cache import kept
from ui.queries.stored import Place
from ui.selection import Selection


def has_surveys(selection: Selection) -> bool:
    """Whether the place has any figure of a climate survey."""
    return bool(queries.panel(selection).climate["status"].eq("reported").any())


def years(selection: Selection) -> tuple[str, ...]:
    """School years of which surveys have figures."""
    rows = queries.panel(selection).climate
    return tuple(sorted(rows.loc[rows["status"].eq("reported"), "school_year"].unique()))


def scales_here(selection: Selection) -> pd.DataFrame:
    """Scales with figures of the view's schools and year, see `data.views.climate.scale_view`."""
    return views.scale_view(queries.panel(selection), queries.schools(selection), selection.year)


def offered(selection: Selection) -> dict[str, str]:
    """Words of each scale that is here, with who answered."""
    return {f"{who}-{name}": named((who, name)) for who, name in scales_here(selection).index}


def chosen(selection: Selection) -> tuple[str, str] | None:
    """Respondent and scale of the view; the first that is here for one that is not, else None."""
    here = offered(selection)
    key = selection.survey if selection.survey in here else next(iter(here), "")
    who, mark, name = key.partition("-")
    return (who, name) if mark else None


def named(scale: tuple[str, str]) -> str:
    """Name a scale with who answered."""
    who, name = scale
    label, answered = text(scales()[name].label), text(RESPONDENT_LABELS[who])
    return text("{label} ({who})", label=label, who=answered)


def info(scale: tuple[str, str]) -> ScaleInfo:
    """Look a scale up in the registry."""
    return scales()[scale[1]]


def answered(selection: Selection, scale: tuple[str, str]) -> pd.DataFrame:
    """Schools of the view with their answers, see `data.views.climate.school_answers`."""
    panel, schools = queries.panel(selection), queries.schools(selection)
    return views.school_answers(panel, schools, selection.year, scale)


def of_school(selection: Selection) -> pd.DataFrame:
    """All that surveys say of the school in focus; no rows where none is."""
    return views.of_school(queries.panel(selection), selection.focus)


def sources(selection: Selection, scale: tuple[str, str]) -> tuple[Source, ...]:
    """List the sources of a scale in the view's year."""
    panel = queries.panel(selection)
    rows = panel.climate[panel.climate["school_year"].eq(selection.year)]
    own = rows[rows["respondent"].eq(scale[0]) & rows["scale"].eq(scale[1])]
    return tuple(each for each in panel.sources if each.id in set(own["source"]))


def found(selection: Selection, scale: tuple[str, str]) -> Link:
    """Absence beside a scale, school by school, beside what students live with."""
    view = Selection(
        *(selection.area, selection.year, selection.level),
        catchment=selection.catchment,
        survey="-".join(scale),
    )
    return _found(queries.place(selection.area), view)


@kept("absence beside surveys")
def _found(key: Place, view: Selection) -> Link:
    """Shared by all sessions and never written to."""
    del key  # a rebuild is another place
    who, _, name = view.survey.partition("-")
    table = answered(view, (who, name))
    table = table[table.index.isin(queries.school_points(view))]
    panel = queries.panel(view)
    points = panel.schools.geometry.reindex(table.index).to_crs(panel.area.crs)
    return views.link(table, _conditions(view, table.index), points, len(scales_here(view)))


def _conditions(view: Selection, schools: pd.Index) -> pd.DataFrame:
    """Conditions of the tracts where students live that schools can tell apart."""
    usual = queries.choices(view.area).default()
    if not usual.driver:
        return pd.DataFrame(index=schools)
    names = drivers.entering(
        Selection(view.area, view.year, view.level, catchment=view.catchment, driver=usual.driver)
    )[0]
    figures = drivers.exposures(view).figures
    return figures.reindex(index=schools, columns=list(names))

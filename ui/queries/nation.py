"""What the page of a nation asks: counties and parts of a year, and which parts changed since."""

from __future__ import annotations

from data.nation.summary import hash_in_store
from data.nation.tables import Nation, is_nation, load_nation
from data.panel import PROTECTED
from data.store.folders import panel_path, present
from data.views.nation import NationView, nation_view
from ui import queries
from ui.queries.cache import kept
from ui.queries.stored import Place
from ui.selection import Selection


def is_open(selection: Selection) -> bool:
    """Whether the place that is open is made of others."""
    return is_nation(queries.panel(selection))


def view(selection: Selection) -> NationView:
    """Counties and parts of the year, see `data.views.nation.nation_view`."""
    nation = _nation(queries.place(selection.area))
    rebuilt = tuple(sorted(_rebuilt(selection)))
    return nation_view(queries.panel(selection), nation, selection.year, rebuilt)


def _rebuilt(selection: Selection) -> set[str]:
    """List the parts whose place in the store is another than the one the nation was made of."""
    then = {each["slug"]: each["built"] for each in queries.panel(selection).parameters["parts"]}
    return {slug for slug, built in then.items() if hash_in_store(slug) not in ("", built)}


@kept("nation")
def _nation(key: Place) -> Nation:
    return load_nation(queries.panel_of(key), present(panel_path(key.slug) / PROTECTED))

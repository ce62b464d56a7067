"""A place whose every text is markup is shown as written, and no request leaves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from playwright.sync_api import Page

from data.assemble.panel import make_panel
from data.build import store_panel
from data.demo import tables as demo
from data.plan import store as plan
from data.plan.database import VARIABLE
from data.store.manifest import DefinitionBreak
from data.store.protected import protect_panel
from tests.browser.conftest import serving
from tests.browser.screen import nothing_wrong, open_page, unfold_all
from tests.page_names import OF_A_PLACE

MARKUP = (
    "![i](http://203.0.113.9/p.png) *not* ~x~ :red[y] $x$ <b>b</b> [a](javascript:alert(1))"
    " <img src=http://203.0.113.9/q.png> http://203.0.113.9/u www.example.org a@b.org :smile:"
    " :material/home: -> # h `c`"
)
MADE = """() => [...document.querySelectorAll(
    'img, a, em, del, code, b, strong, .katex, [style*=color], [data-testid=stIconMaterial]'
)].filter(each => {
    const text = each.textContent + (each.src || '') + (each.href || '');
    return /203\\.0\\.113|example\\.org|javascript:|^a@b|^(not|x|y|b|c|i|a)$/.test(text)
        && !each.closest('svg') && !text.includes('*not*');
}).map(each => each.outerHTML)"""


def marked(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    texts = {name: table[name].where(table[name].eq(""), table[name] + MARKUP) for name in names}
    return table.assign(**texts)


@pytest.fixture(scope="module")
def marked_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo with markup in the texts of its area, sources, ledger and tables."""
    home = tmp_path_factory.mktemp("marked")
    tables = demo.make_tables(1)
    area = replace(
        tables.area,
        name=f"Made {MARKUP}",
        definition=f"Defined {MARKUP}",
        breaks=(DefinitionBreak(tables.area.default_year, f"Broken {MARKUP}"),),
    )
    sources = tuple(
        replace(each, publisher=each.publisher + MARKUP, title=MARKUP, vintage=MARKUP, url=MARKUP)
        for each in tables.sources
    )
    ledger = tuple(replace(each, reason=MARKUP, examples=(MARKUP,)) for each in tables.ledger)
    raw = make_panel(
        replace(
            tables,
            area=area,
            sources=sources,
            ledger=ledger,
            tracts=gpd.GeoDataFrame(marked(tables.tracts, "name", "neighbourhood")),
            schools=gpd.GeoDataFrame(marked(tables.schools, "name", "neighbourhood", "district")),
            providers=gpd.GeoDataFrame(marked(tables.providers, "name", "address")),
            drivers=marked(tables.drivers, "vintage"),
        )
    )
    store_panel(raw, protect_panel(raw), Path(home) / "panels" / "demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_HOME", str(home))
        patch.delenv(VARIABLE, raising=False)
        texts = dict.fromkeys(("place", "strategy", "partner", "funder", "notes"), MARKUP[:115])
        entry = plan.Entry(**texts)
        plan.apply("demo", [plan.Change("add", "school", entry=entry)], datetime.now(UTC))
        with serving(dict(os.environ)) as address:
            yield address


@pytest.mark.parametrize("name", OF_A_PLACE)
def test_every_text_is_shown_as_written(marked_server: str, page: Page, name: str) -> None:
    open_page(page, marked_server, "" if name == "overview" else name, area="demo")
    unfold_all(page)
    assert page.evaluate(MADE) == []
    said = page.locator("body").inner_text().replace("\u2060", "")
    assert said.count(MARKUP) > 2
    nothing_wrong(page)

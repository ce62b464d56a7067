"""Pages set by typst from templates beside this file: words and figures go in as JSON alone."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import typst

from ui.languages import unbroken
from ui.words.as_written import one_line

FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
"""Fonts that come with a package: the same on every machine, and no request for any."""
TEMPLATES = Path(__file__).parent
LANGUAGE = "en"
"""Of every file: briefs are not translated yet, and a screen reader must not be told otherwise."""
PIXELS_AN_INCH = 144  # two pixels a point
Form = Literal["pdf", "png", "svg"]


@dataclass(frozen=True)
class Sheet:
    """What is set.

    Attributes
    ----------
    template : str
        Stem of a `.typ` file of this folder.
    content : mapping
        What the template reads: nothing in it is markup.
    images : mapping of bytes
        By file name, as the content names them.
    """

    template: str
    content: Mapping[str, Any]
    images: Mapping[str, bytes] = field(default_factory=dict)


def typeset(sheet: Sheet, form: Form, when: date) -> bytes:
    """Set a sheet; the same bytes for the same sheet and date.

    Parameters
    ----------
    sheet : Sheet
    form : str
        "pdf" (tagged, PDF/UA-1), "png" (two pixels a point) or "svg".
    when : date
        Stands in the file as the day it was made.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(TEMPLATES / f"{sheet.template}.typ", folder / "main.typ")
        text = json.dumps(_lined(sheet.content), ensure_ascii=False)
        (folder / "content.json").write_text(text, encoding="utf-8")
        for image, content in sheet.images.items():
            (folder / image).write_bytes(content)
        return _compiled(folder, form, when)


def _lined(content: Any) -> Any:
    """Write every text of a content on one line; a percent sign stays with its number."""
    if isinstance(content, Mapping):
        return {name: _lined(value) for name, value in content.items()}
    if isinstance(content, str):
        return unbroken(one_line(content))
    return [_lined(each) for each in content] if isinstance(content, list | tuple) else content


def _compiled(folder: Path, form: Form, when: date) -> bytes:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    # Packages would come from a registry: the folder of them is one without any.
    compiler = typst.Compiler(
        str(folder / "main.typ"),
        root=str(folder),
        font_paths=fonts,
        ignore_system_fonts=True,
        package_path=str(folder),
        package_cache_path=str(folder),
    )
    made = compiler.compile(
        format=form,
        ppi=PIXELS_AN_INCH,
        pdf_standards=["ua-1"] if form == "pdf" else [],
        timestamp=datetime(when.year, when.month, when.day, tzinfo=UTC),
    )
    if not isinstance(made, bytes):
        raise TypeError(f"{folder / 'main.typ'} gives {len(made or [])} pages; one is expected")
    return made

"""Legends as small HTML for ``st.html``: swatches and words; `static/style.css` gives the looks."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ui.maps.scales import NOT_SHOWN, ClassScale


def class_legend(
    scale: ClassScale,
    title: str,
    *,
    counts: Mapping[str, int] | None = None,
    use_words: bool = False,
) -> str:
    """Legend of a class map as HTML, every text escaped.

    Parameters
    ----------
    scale : ClassScale
    title : str
        What is shown, with year; read first by a screen reader.
    counts : mapping of int, optional
        Areas a class, by label; shown in brackets.
    use_words : bool
        Write the meaning of each class instead of its short name.
    """
    texts = scale.words if use_words else scale.labels
    items = [
        _swatch(label, colour, text + ("" if counts is None else f" ({counts[label]:,})"))
        for label, colour, text in zip(scale.labels, scale.colours, texts, strict=True)
    ]
    return _list(title, items)


def size_legend(title: str, sizes: Mapping[str, float]) -> str:
    """Legend of point sizes: diameter in pixels by label, drawn between 4 and 48 pixels."""
    items = []
    for label, diameter in sizes.items():
        px = f"{min(max(diameter, 4.0), 48.0):.0f}px"
        items.append(_item("circle", f"width:{px};height:{px}", label))
    return _list(title, items)


def marks_legend(
    *,
    selected: str = "",
    hatched: int = 0,
    lines: str = "",
    hidden: Mapping[str, int] | None = None,
) -> str:
    """Legend of the marks beside colour: the selection, lines, and dots where nothing is shown.

    `hatched` areas are crossed by `lines`; `hidden` counts those not shown by reason.
    """
    items = []
    if selected:
        items.append(_item("box selected", "", f"selected: {selected}"))
    if hatched:
        items.append(_item("box hatch", "", f"with lines: {lines} ({hatched:,})"))
    for reason, count in (hidden or {}).items():
        items.append(_item("box dots", "", f"not shown: {reason} ({count:,})"))
    return _list("Marks on the map", items) if items else ""


def alt_text(scale: ClassScale, title: str, counts: Mapping[str, int], unit: str = "tracts") -> str:
    """Text alternative of a class map: the count of areas in each class that occurs."""
    parts = [
        f"{counts[label]:,} {words}"
        for label, words in zip(scale.labels, scale.words, strict=True)
        if counts[label]
    ]
    return f"Map of {title}. Number of {unit} by class: " + "; ".join(parts) + "."


def _swatch(label: str, colour: str, text: str) -> str:
    if label == NOT_SHOWN:
        return _item("box dots", "", text)
    return _item("box", f"background:{colour}", text)


def _item(kind: str, style: str, text: str) -> str:
    look = f' style="{style}"' if style else ""
    return f'<span role="listitem"><i class="{kind}"{look}></i>{escape(text)}</span>'


def _list(title: str, items: list[str]) -> str:
    name = escape(title)
    heading = f'<strong aria-hidden="true">{name}</strong>'
    inner = f'<div role="list" aria-label="{name}">{"".join(items)}</div>'
    return f'<div class="legend">{heading}{inner}</div>'

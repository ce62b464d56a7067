"""Legends as small HTML for ``st.html``: a swatch, its words, one line, readable on a projector."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ui.palettes import (
    BORDER,
    NOT_SHOWN,
    NOT_SHOWN_COLOUR,
    NOT_SHOWN_MARK,
    SELECTION,
    SELECTION_HALO,
    TEXT,
    ClassScale,
)

FONT_PX = 15
_ROW = (
    f"display:flex;flex-wrap:wrap;gap:4px 16px;align-items:center;margin:0;padding:0;"
    f"font-size:{FONT_PX}px;line-height:1.35;color:{TEXT};list-style:none"
)
_ITEM = "display:inline-flex;align-items:center;gap:6px;white-space:nowrap"
_BOX = f"width:18px;height:18px;flex:none;border:1px solid {BORDER};border-radius:2px"
_DOTS = (
    f"background:{NOT_SHOWN_COLOUR} radial-gradient({NOT_SHOWN_MARK} 1.3px,transparent 1.6px)"
    " 0 0/6px 6px"
)
_DOT = f"background:radial-gradient({NOT_SHOWN_MARK} 3px,transparent 3.6px)"
_PRINT = "print-color-adjust:exact;-webkit-print-color-adjust:exact"


def class_legend(
    scale: ClassScale,
    title: str,
    *,
    counts: Mapping[str, int] | None = None,
    use_words: bool = False,
) -> str:
    """Legend of a class map.

    Parameters
    ----------
    scale
        The classes, as the map has them.
    title
        What is shown, with year; read first by a screen reader.
    counts
        Areas a class, by label; shown in brackets.
    use_words
        Write the meaning of each class instead of its short name.

    Returns
    -------
    str
        HTML with every text escaped.
    """
    texts = scale.words if use_words else scale.labels
    items = [
        _item(_fill(label, colour), text + ("" if counts is None else f" ({counts[label]:,})"))
        for label, colour, text in zip(scale.labels, scale.colours, texts, strict=True)
    ]
    return _list(title, items)


def size_legend(title: str, sizes: Mapping[str, float]) -> str:
    """Legend of point sizes.

    Parameters
    ----------
    title
        What the size stands for.
    sizes
        Diameter in pixels by label, smallest first; drawn between 4 and 48 pixels.

    Returns
    -------
    str
        HTML with every text escaped.
    """
    items = []
    for label, diameter in sizes.items():
        px = f"{min(max(diameter, 4.0), 48.0):.0f}px"
        style = f"width:{px};height:{px};flex:none;border:2px solid {BORDER};border-radius:50%"
        items.append(_item(style, label))
    return _list(title, items)


def marks_legend(*, selected: str = "", unreliable: bool = False) -> str:
    """Legend of the marks beside colour: the selected area, and the dot of low reliability."""
    items = []
    if selected:
        style = f"{_BOX};border:3px solid {SELECTION};box-shadow:0 0 0 2px {SELECTION_HALO}"
        items.append(_item(style, f"selected: {selected}"))
    if unreliable:
        items.append(
            _item(f"{_BOX};{_DOT};{_PRINT}", "with a dot: low reliability, read with care")
        )
    return _list("Marks on the map", items) if items else ""


def alt_text(scale: ClassScale, title: str, counts: Mapping[str, int], unit: str = "tracts") -> str:
    """Text alternative of a class map: the count of areas in each class that occurs."""
    parts = [
        f"{counts[label]:,} {words}"
        for label, words in zip(scale.labels, scale.words, strict=True)
        if counts[label]
    ]
    return f"Map of {title}. Number of {unit} by class: " + "; ".join(parts) + "."


def _fill(label: str, colour: str) -> str:
    return f"{_BOX};{_DOTS if label == NOT_SHOWN else f'background:{colour}'};{_PRINT}"


def _item(style: str, text: str) -> str:
    return (
        f'<span role="listitem" style="{_ITEM}"><span aria-hidden="true" style="{style}"></span>'
        f"<span>{escape(text)}</span></span>"
    )


def _list(title: str, items: list[str]) -> str:
    name = escape(title)
    heading = f'<strong style="white-space:nowrap" aria-hidden="true">{name}</strong>'
    return (
        f'<div class="legend" style="{_ROW}">{heading}'
        f'<div role="list" aria-label="{name}" style="{_ROW}">{"".join(items)}</div></div>'
    )

"""Legends as small HTML for ``st.html``: swatches and words; `static/style.css` gives the looks."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ui.class_scale import NOT_SHOWN, ClassScale


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
        _swatch(label, colour, text + ("" if counts is None else f" ({counts[label]:,})"))
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
        items.append(_item("circle", f"width:{px};height:{px}", label))
    return _list(title, items)


def marks_legend(*, selected: str = "", unreliable: bool = False, hatched: int = 0) -> str:
    """Legend of the marks beside colour: selection, dot of low reliability, lines of one alone."""
    items = []
    if selected:
        items.append(_item("box selected", "", f"selected: {selected}"))
    if unreliable:
        items.append(_item("box dot", "", "with a dot: low reliability, read with care"))
    if hatched:
        text = f"with lines: one analysis alone flags it ({hatched:,})"
        items.append(_item("box hatch", "", text))
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

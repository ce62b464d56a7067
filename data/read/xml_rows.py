"""Rows of an XML feed: elements that hold one element a column. Nothing in it is followed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import etree

from data.errors import FileError
from data.read.file_check import BYTE_ORDER_MARKS, XML_DECLARATIONS

FIRST_ROW = 2
"""Row of the first element: the names of its columns stand above it, as in a table."""
CHUNK = 1 << 20
FETCH = "fetch it again; a file that is cut short is not read in part"


def item_rows(path: Path, item: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Read the rows of a checked XML file; row 1 holds the names of the columns.

    Parameters
    ----------
    path : Path
    item : str
        Name of the element that is a row.

    Raises
    ------
    FileError
        It is cut short, not well formed, declares a document type or entities, has no such element,
        or one with other columns than the first.
    """
    _refuse_declarations(path)
    names: list[str] = []
    row = FIRST_ROW - 1
    try:
        for _, element in etree.iterparse(
            str(path),
            tag=f"{{*}}{item}",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        ):
            row += 1
            cells = {_name(each): each.text or "" for each in element}
            if not names:
                names = list(cells)
                yield 1, names
            if strange := [name for name in cells if name not in names]:
                what = f"{strange[0]!r} stands in this {item!r} and in none before"
                raise FileError(path.name, what, "the publisher may have changed it", row=row)
            yield row, [cells.get(name, "") for name in names]
            _forget(element)
    except etree.XMLSyntaxError as error:
        done = max(0, row - FIRST_ROW + 1)
        what = f"it ends or breaks after {done:,} whole rows ({error.msg})"
        raise FileError(path.name, what, FETCH) from error
    if not names:
        raise FileError(path.name, f"it has no element {item!r}", "correct format.item")


def _refuse_declarations(path: Path) -> None:
    """Refuse document types and entities, which can read other files or fill the memory."""
    tail = b""
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            if not tail and (chunk.startswith(BYTE_ORDER_MARKS) or b"\x00" in chunk[:200]):
                raise FileError(path.name, "it is not UTF-8", "save it as UTF-8")
            if XML_DECLARATIONS.search(tail + chunk):
                what = "it declares a document type or entities"
                raise FileError(path.name, what, "do not use this file")
            tail = chunk[-32:]


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else "comment"


def _forget(element: etree._Element) -> None:
    """Free the memory of an element that was read, and of those before it."""
    element.clear()
    while element.getprevious() is not None:
        parent = element.getparent()
        if parent is None:
            return
        del parent[0]

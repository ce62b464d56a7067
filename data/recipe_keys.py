"""What recipes and places may say, key by key: `python -m data.recipe_keys [--check]`."""

import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import tomli_w
from pydantic.fields import FieldInfo

from data.dictionary import ROOT, markdown_table, publish
from data.doubts import DOUBTS
from data.nation.file import NationFile
from data.place.place import PlaceFile
from data.recipe.recipe import TARGETS, Recipe

DOCUMENT = ROOT / "docs" / "recipe-keys.md"
TYPE_LABELS: Mapping[Any, str] = MappingProxyType(
    {str: "text", int: "whole number", float: "number", bool: "true or false"}
)
DOUBTED = (
    "What may be wrong in files that can be read. A build prints its doubts apart from facts and "
    "stops at those that change the map, unless the place has them in `accept`. The page How "
    "complete it is shows all of them, accepted or not."
)
HEADER = """# Keys of recipes and places

Generated from `data/recipe` and `data/place` by `python -m data.recipe_keys`; do not edit.

A recipe, `data/recipes/<id>.toml`, says how one publisher's file is read. A place,
`data/places/<slug>.toml`, lists the recipes that make a study area; a nation, a file in the same
folder with `parts`, lists the places that it is made of. Every other key is an error
that names the file and the key. A key without a default is needed.
"""


def key_rows(cls: type[Any]) -> list[dict[str, str]]:
    """Describe the keys of a table of a recipe or place.

    Parameters
    ----------
    cls : type
        The dataclass that the table is bound to.

    Returns
    -------
    list of dict
        One a key, with `key, type, default, meaning, example`; the example is a line of TOML.
    """
    hints = get_type_hints(cls)
    return [
        {
            "key": name,
            "type": _type_label(name, hints[name]),
            "default": _default(field),
            "meaning": str(field.description),
            "example": _assignment(name, (field.examples or [])[0]),
        }
        for name, field in cls.__pydantic_fields__.items()
    ]


def tables_below(cls: type[Any]) -> Iterator[tuple[str, type[Any]]]:
    """Give the tables that stand below one, each with its heading in the file, once each."""
    for name, hint in get_type_hints(cls).items():
        inner: type[Any] = _inner(hint)
        if is_dataclass(inner):
            yield _heading(name, hint), inner


def render() -> str:
    """Write the whole document as Markdown."""
    columns = [
        {
            "table": table,
            "id": need[0],
            "needed": ", ".join(need),
            "may be given": ", ".join(may),
        }
        for table, (need, may) in TARGETS.items()
    ]
    words = "What a recipe's `table` makes of a file, and the columns that `[columns]` then maps."
    return "\n".join(
        [
            HEADER,
            *_sections("Recipe", Recipe),
            f"### Columns of each table\n\n{words}\n\n{markdown_table(columns)}",
            *_sections("Place", PlaceFile),
            *_sections("Nation", NationFile),
            f"## Doubts\n\n{DOUBTED}\n\n{markdown_table(doubt_rows())}",
        ]
    )


def doubt_rows() -> list[dict[str, str]]:
    """Describe what a build may doubt, by the names that `accept` takes."""
    return [
        {
            "name": f"`{name}`",
            "stops the build": "yes" if each.blocks else "no",
            "meaning": each.meaning,
            "what to do": f"{each.remedy[0].upper()}{each.remedy[1:]}.",
        }
        for name, each in DOUBTS.items()
    ]


def _sections(title: str, cls: type[Any]) -> Iterator[str]:
    yield f"## {title}\n\n{_section(cls)}"
    for heading, inner in tables_below(cls):
        yield f"### `{heading}`\n\n{_section(inner)}"


def _section(cls: type[Any]) -> str:
    rows = [
        {name: text if name in ("type", "meaning") else _code(text) for name, text in row.items()}
        for row in key_rows(cls)
    ]
    return f"{inspect.getdoc(cls)}\n\n{markdown_table(rows)}"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _heading(name: str, hint: Any) -> str:
    """Write a table's head as it stands in the file."""
    if get_origin(hint) is tuple:
        return f"[[{name}]]"
    return f"[{name}.<name>]" if _is_mapping(hint) else f"[{name}]"


def _type_label(name: str, hint: Any) -> str:
    inner = _inner(hint)
    if is_dataclass(inner):
        return f"table `{_heading(name, hint)}`"
    if get_origin(inner) is Literal:
        return f"one of {', '.join(_code(_inline(each)) for each in get_args(inner))}"
    label = TYPE_LABELS[inner]
    if get_origin(hint) is tuple:
        return f"list of {label}"
    return f"table of {label}" if _is_mapping(hint) else label


def _inner(hint: Any) -> Any:
    """Give what a list, a table of names or an optional key holds; else the type itself."""
    if get_origin(hint) in (Union, UnionType):
        return next(each for each in get_args(hint) if each is not NoneType)
    if get_origin(hint) is tuple:
        return get_args(hint)[0]
    return get_args(hint)[1] if _is_mapping(hint) else hint


def _is_mapping(hint: Any) -> bool:
    return get_origin(hint) is Mapping


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    value = field.get_default(call_default_factory=True, validated_data={})
    return "left out" if value is None or is_dataclass(value) else _inline(value)


def _assignment(name: str, value: Any) -> str:
    return tomli_w.dumps({name: 0}).removesuffix("0\n") + _inline(value)


def _inline(value: Any) -> str:
    """Write a value as TOML on one line."""
    if isinstance(value, Mapping):
        pairs = ", ".join(_assignment(name, each) for name, each in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_inline(each) for each in value)}]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n").replace("\t", "\\t")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the document, or with --check only say whether the committed copy is current."""
    return publish(DOCUMENT, render(), "python -m data.recipe_keys", arguments)


if __name__ == "__main__":
    sys.exit(main())

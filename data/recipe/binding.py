"""TOML to frozen dataclasses and back, strict in both directions."""

import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from data.errors import DataError

T = TypeVar("T")

ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
LARGEST_BYTES = 1_000_000


class TomlError(DataError):
    """A TOML file does not say what it must; the message names the file and the key."""


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    TomlError
        Not there, too large, or not TOML.
    """
    if not path.is_file():
        raise TomlError(f"{path.name} is not in {path.parent.name}/; check its name")
    if path.stat().st_size > LARGEST_BYTES:
        raise TomlError(f"{path.name}: larger than 1 MB; a recipe is a page of text")
    try:
        return parse_toml(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise TomlError(f"{path.name}: not UTF-8 text; save it as UTF-8") from error


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """Parse TOML text; `file` names it in errors."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TomlError(f"{file}: not TOML: {error}; correct that line") from error


def bind(cls: type[T], content: object, file: str, key: str = "") -> T:
    """Make a dataclass from a TOML table; unknown and missing keys are errors.

    Parameters
    ----------
    cls : type
        A dataclass whose fields are strings, numbers, booleans, `Literal`, tuples, mappings from
        text, or dataclasses of such.
    content : object
        The TOML table.
    file : str
        Name of the file, for errors.
    key : str
        Dotted key of the table inside the file, for errors.

    Raises
    ------
    TomlError
        Naming the file and the key.
    """
    table = _table(content, file, key)
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    unknown = [name for name in table if name not in fields]
    if unknown:
        known = ", ".join(fields)
        raise TomlError(f"{file}: unknown key {_join(key, unknown[0])!r}; known keys: {known}")
    needed = [name for name, field in fields.items() if _is_required(field)]
    lacking = [name for name in needed if name not in table]
    if lacking:
        raise TomlError(f"{file}: key {_join(key, lacking[0])!r} is missing; add it")
    hints = get_type_hints(cls)
    values = {
        name: _value(hints[name], each, file, _join(key, name)) for name, each in table.items()
    }
    return cls(**values)


def dump(content: object) -> str:
    """Write a dataclass as TOML text, leaving out what equals its default.

    Parameters
    ----------
    content : dataclass
        As made by `bind`.

    Returns
    -------
    str
        `bind(type(content), tomllib.loads(text), "")` gives an equal dataclass.
    """
    return "\n".join(_lines(content, "")).strip("\n") + "\n"


def _lines(content: Any, prefix: str) -> list[str]:
    plain: list[str] = []
    below: list[str] = []
    for field in dataclasses.fields(content):
        value = getattr(content, field.name)
        if not _is_required(field) and value == _default(field):
            continue
        name = _join(prefix, field.name)
        if dataclasses.is_dataclass(value):
            below += ["", f"[{name}]", *_lines(value, name)]
        elif _holds_dataclasses(value):
            below += _nested(value, name)
        else:
            plain.append(f"{field.name} = {_literal(value)}")
    return plain + below


def _nested(value: Any, name: str) -> list[str]:
    if isinstance(value, Mapping):
        pairs = [
            (f"[{name}.{_text(key)}]", f"{name}.{_text(key)}", each) for key, each in value.items()
        ]
    else:
        pairs = [(f"[[{name}]]", name, each) for each in value]
    return [line for head, key, each in pairs for line in ("", head, *_lines(each, key))]


def _holds_dataclasses(value: Any) -> bool:
    values = value.values() if isinstance(value, Mapping) else value
    return (
        isinstance(value, Mapping | tuple)
        and len(value) > 0
        and all(dataclasses.is_dataclass(each) for each in values)
    )


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_text(name)} = {_literal(each)}" for name, each in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    return f"[{', '.join(_literal(each) for each in value)}]"


def _text(value: str) -> str:
    return '"' + "".join(_escaped(letter) for letter in value) + '"'


def _escaped(letter: str) -> str:
    if letter in ESCAPES:
        return ESCAPES[letter]
    is_control = ord(letter) < 0x20 or ord(letter) == 0x7F
    return f"\\u{ord(letter):04X}" if is_control else letter


def _value(hint: Any, value: Any, file: str, key: str) -> Any:
    origin = get_origin(hint)
    if origin is UnionType:
        return _value(get_args(hint)[0], value, file, key)
    if origin is Literal:
        return _choice(get_args(hint), value, file, key)
    if origin is tuple:
        items = _typed(list, value, file, key)
        inner = get_args(hint)[0]
        return tuple(_value(inner, each, file, f"{key}[{at}]") for at, each in enumerate(items))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        inner = get_args(hint)[1]
        pairs = _table(value, file, key).items()
        bound = {name: _value(inner, each, file, _join(key, name)) for name, each in pairs}
        return MappingProxyType(bound)
    if dataclasses.is_dataclass(hint):
        return bind(hint, value, file, key)  # type: ignore[arg-type]
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return _typed(hint, value, file, key)


def _choice(choices: tuple[Any, ...], value: Any, file: str, key: str) -> Any:
    if value in choices:
        return value
    words = ", ".join(repr(each) for each in choices)
    raise TomlError(f"{file}: {key} is {value!r}; write one of {words}")


def _typed(wanted: type, value: Any, file: str, key: str) -> Any:
    if isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)):
        return value
    words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    raise TomlError(f"{file}: {key} is {value!r}; write {words.get(wanted, 'a list')}")


def _table(value: object, file: str, key: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise TomlError(f"{file}: {key} is {value!r}; write a table of keys")


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name

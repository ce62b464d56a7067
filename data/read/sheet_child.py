"""Read one worksheet in a process of its own: `python sheet_child.py FILE SHEET`.

The library takes memory for every cell up to the farthest one, so that a workbook of 2 kB can end
the process that opens it. Here that ends nobody else.
"""

import json
import sys
from typing import Any

import python_calamine

MOST_BYTES = 1 << 30


def main(path: str, sheet: str) -> int:
    """Write the rows as JSON lines, each cell as text; on failure say why and return 1."""
    _limit_memory()
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        names = book.sheet_names
        if sheet not in names and (sheet or len(names) != 1):
            what = f"there is no sheet {sheet!r}" if sheet else f"it has {len(names)} sheets"
            return _fail(what, f"name format.sheet in the recipe: {', '.join(names)}")
        worksheet = book.get_sheet_by_name(sheet or names[0])
        rows = worksheet.to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, MemoryError, ValueError) as error:
        return _fail(f"the workbook cannot be read ({error})", "export it again")
    for row in rows:
        sys.stdout.write(json.dumps([as_text(cell) for cell in row]) + "\n")
    return 0


def as_text(cell: Any) -> str:
    """Write a cell as text; whole numbers without a fraction."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)


def _fail(what: str, remedy: str) -> int:
    sys.stderr.write(json.dumps([what, remedy]))
    return 1


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource  # absent on Windows

    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

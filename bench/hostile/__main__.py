"""Read every hostile file; write the figures into docs/security.md: `python -m bench.hostile`.

`--every N` reads each Nth file and prints the figures as JSON, without the document.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from bench.hostile.made import hostile_files
from bench.hostile.reading import Figures, read_all

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "security.md"
BEGIN, END = "<!-- figures: python -m bench.hostile -->", "<!-- end of figures -->"


def table(figures: Figures) -> str:
    """Write the figures as a table."""
    rows = figures.rows()
    return "\n".join(
        ["| what | measured |", "| --- | ---: |", *(f"| {a} | {b} |" for a, b in rows)]
    )


def main() -> int:
    """Read, print, write; 1 when a verdict is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.hostile", description=__doc__)
    parser.add_argument("--every", type=int, default=0, help="read each so-many-th file")
    every = parser.parse_args().every
    figures = read_all(hostile_files, every=every or 1)
    if every:
        print(json.dumps(asdict(figures)))
        return 0
    for each in figures.wrong:
        print(f"wrong: {each}", file=sys.stderr)
    for each in figures.unhelpful:
        print(f"unhelpful: {each}", file=sys.stderr)
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{table(figures)}\n\n{END}{after}", encoding="utf-8")
    print(table(figures))
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main())

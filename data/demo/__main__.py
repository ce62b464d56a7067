"""`python -m data.demo --write-truth`: write the county's truth beside the modules that make it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from data.demo import truth


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the county's truth to its file."""
    parser = argparse.ArgumentParser(prog="python -m data.demo", description=main.__doc__)
    parser.add_argument("--write-truth", action="store_true", required=True)
    parser.parse_args(arguments)
    text = json.dumps(truth.truth(), indent=1, ensure_ascii=False) + "\n"
    truth.TRUTH_PATH.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {truth.TRUTH_PATH.name}")


if __name__ == "__main__":
    main()

"""One part of a nation in a process of its own, so that its memory goes when it is done.

`python -m data.nation.part PLACE [--from DIR] [--mirror DIR] [--policy NAME]`
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from analytics.disclosure import Policy
from data import build
from data.errors import DataError
from data.nation.file import Asked, Part
from data.nation.summary import store_summary, stored_summary
from data.panel import PROTECTED
from data.place.inputs import inputs_now, recorded
from data.place.tables import place_and_files
from data.store.folders import list_panels, panel_path
from data.store.manifest import Manifest, ManifestError, read_manifest
from data.store.policies import policies

LIMITS = ("hide_enrolled_up_to", "hide_counts_up_to", "code_percent")
FLOWS = (
    "it was built with --flows, which a nation does not know of, and something has changed since:"
    " build it again by itself"
)
POLICY = (
    "it was built under a stricter policy than holds here: build it again by itself, or name that"
    " policy with --policy"
)


def is_ready(part: Part, asked: Asked) -> bool:
    """Say whether a part is built of what there is now, and its summary kept.

    Where its files are not as they should be it is not: its own process says what is wrong.
    """
    try:
        return _is_built(part, asked) and stored_summary(panel_path(part.slug)) is not None
    except DataError:
        return False


def make_ready(part: Part, asked: Asked) -> None:
    """Build a part if it is not yet, and keep its summary.

    Raises
    ------
    DataError
        With the reason. What was in the store is unchanged, and summed up if it can be.
    """
    try:
        if not _is_built(part, asked):
            own, policy = part.own, build.Asked(policy=asked.policy)
            build.build_panel(part.slug, own=own, mirror=asked.mirror, asked=policy)
    except DataError:
        if part.slug in list_panels():
            store_summary(panel_path(part.slug))
        raise
    with build.said("adding up its counties"):
        store_summary(panel_path(part.slug))


def command(part: Part, asked: Asked) -> list[str]:
    """Give the command that makes a part ready; it says what it does on each line."""
    own = [] if part.own is None else ["--from", str(part.own)]
    mirror = [] if asked.mirror is None else ["--mirror", str(asked.mirror)]
    policy = ["--policy", asked.policy] if asked.policy else []
    # Unbuffered: should the nation's process die, the next line that is said ends this one.
    return [sys.executable, "-u", "-m", "data.nation.part", part.slug, *own, *mirror, *policy]


def _is_built(part: Part, asked: Asked) -> bool:
    """Say whether the store holds a part as it would be built now."""
    folder = panel_path(part.slug)
    try:
        raw, shown = read_manifest(folder), read_manifest(folder / PROTECTED)
    except ManifestError:
        return False
    if part.slug == build.DEMO and part.own is None:
        return True
    place, files = place_and_files(part.slug, mirror=asked.mirror, own=part.own)
    now = policies(asked.policy)
    then = {kind: Policy(**each) for kind, each in shown.parameters["policies"].items()}
    if recorded(folder) == inputs_now(place, files, or_fetch=part.own is not None):
        if all(now[kind] == policy for kind, policy in then.items()):
            return True
    elif _is_counted(raw) and not any(each.table == "flows" for each in place.recipes):
        raise DataError(FLOWS)
    if any(_loosens(now[kind], policy) for kind, policy in then.items()):
        raise DataError(POLICY)
    return False


def _is_counted(raw: Manifest) -> bool:
    """Say whether a place was joined by the district's own counts."""
    return bool(raw.parameters["catchment"]["method"] == "supplied")


def _loosens(now: Policy, then: Policy) -> bool:
    """Say whether a policy shows what another hid."""
    return any(getattr(now, name) < getattr(then, name) for name in LIMITS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0, or 2 after a message about something the user can put right."""
    parser = argparse.ArgumentParser(prog="python -m data.nation.part", description=__doc__)
    parser.add_argument("place", help="short name of the place")
    parser.add_argument("--from", dest="own", type=Path, help="folder with its place and recipes")
    parser.add_argument("--mirror", type=Path, help="folder of files downloaded by hand")
    parser.add_argument("--policy", default="", help="policy that holds besides, such as CT")
    options = parser.parse_args(arguments)
    try:
        make_ready(Part(options.place, options.own), Asked(options.mirror, options.policy))
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

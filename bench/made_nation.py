"""A made-up nation as raw files: the states of the country, with as many tracts and counties.

``python -m bench.made_nation FOLDER [--part 0.1]``; then ``python -m data.build made_nation --from
FOLDER``. Each state has a folder of its own, as `data.intake` writes one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.made_state import MadeState, write_state

SLUG = "made_nation"
STATES: dict[str, tuple[str, int, int]] = {
    "01": ("Alabama", 1437, 67),
    "02": ("Alaska", 177, 30),
    "04": ("Arizona", 1765, 15),
    "05": ("Arkansas", 823, 75),
    "06": ("California", 9109, 58),
    "08": ("Colorado", 1447, 64),
    "10": ("Delaware", 262, 3),
    "11": ("District of Columbia", 206, 1),
    "12": ("Florida", 5160, 67),
    "13": ("Georgia", 2796, 159),
    "15": ("Hawaii", 461, 5),
    "16": ("Idaho", 456, 44),
    "17": ("Illinois", 3265, 102),
    "18": ("Indiana", 1696, 92),
    "19": ("Iowa", 896, 99),
    "20": ("Kansas", 829, 105),
    "21": ("Kentucky", 1306, 120),
    "22": ("Louisiana", 1388, 64),
    "23": ("Maine", 407, 16),
    "24": ("Maryland", 1475, 24),
    "25": ("Massachusetts", 1620, 14),
    "26": ("Michigan", 3017, 83),
    "27": ("Minnesota", 1505, 87),
    "28": ("Mississippi", 878, 82),
    "29": ("Missouri", 1654, 115),
    "30": ("Montana", 319, 56),
    "31": ("Nebraska", 553, 93),
    "32": ("Nevada", 779, 17),
    "33": ("New Hampshire", 350, 10),
    "34": ("New Jersey", 2181, 21),
    "35": ("New Mexico", 612, 33),
    "36": ("New York", 5411, 62),
    "37": ("North Carolina", 2672, 100),
    "38": ("North Dakota", 228, 53),
    "39": ("Ohio", 3168, 88),
    "40": ("Oklahoma", 1205, 77),
    "41": ("Oregon", 1001, 36),
    "42": ("Pennsylvania", 3446, 67),
    "44": ("Rhode Island", 250, 5),
    "45": ("South Carolina", 1323, 46),
    "46": ("South Dakota", 242, 66),
    "47": ("Tennessee", 1701, 95),
    "48": ("Texas", 6896, 254),
    "49": ("Utah", 716, 29),
    "50": ("Vermont", 193, 14),
    "51": ("Virginia", 2198, 133),
    "53": ("Washington", 1784, 39),
    "54": ("West Virginia", 546, 55),
    "55": ("Wisconsin", 1542, 72),
    "56": ("Wyoming", 160, 23),
    "72": ("Puerto Rico", 939, 78),
}
"""Digits of a state to its name, tracts and counties, about as the 2020 Census has them. Puerto
Rico stands in the place of Connecticut, whose planning regions have ids of their own."""
ACCEPT = 'accept = ["perhaps_online", "points_outside", "total_rows"]\n'
"""Counties of a few tracts and schools: one high school for all, one school as large as all others,
and points on a coast, of which three are many."""
SCHOOLS_A_TRACT = 100_000 / 84_000
LEAST_TRACTS = 24
FILE = """slug = "{slug}"
name = "Made-up nation"
definition = "Absent on 10 % or more of the days enrolled, for any reason. Made up."
fictional = true
parts = [{parts}]
"""


def made_states(part: float) -> tuple[MadeState, ...]:
    """Give every state with a part of its tracts and schools, and all of its counties.

    A state has three tracts a county at least.
    """
    states = []
    for fips, (name, tracts, counties) in STATES.items():
        count = max(LEAST_TRACTS, 3 * counties, round(part * tracts))
        schools = round(SCHOOLS_A_TRACT * count)
        spots = max(1, count // 700)
        states.append(MadeState(fips, name, f"made_{fips}", count, schools, counties, spots=spots))
    return tuple(states)


def write_one(made: MadeState, folder: Path) -> None:
    """Write the folder of a state."""
    write_state(made, folder / made.name)
    with (folder / made.name / "places" / f"{made.name}.toml").open("a", encoding="utf-8") as file:
        file.write(ACCEPT)


def write_nation(states: tuple[MadeState, ...], folder: Path) -> None:
    """Write the folder of every state, and the nation's file."""
    for each in states:
        write_one(each, folder)
    parts = ", ".join(f'"{each.name}"' for each in states)
    (folder / "places").mkdir(exist_ok=True)
    text = FILE.format(slug=SLUG, parts=parts)
    (folder / "places" / f"{SLUG}.toml").write_text(text, encoding="utf-8")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m bench.made_nation", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", type=float, default=1.0, help="of the tracts and schools")
    options = parser.parse_args()
    write_nation(made_states(options.part), options.folder)
    print(f"python -m data.build {SLUG} --from {options.folder}")


if __name__ == "__main__":
    main()

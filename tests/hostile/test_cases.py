"""Small inputs that went wrong once (ATLAS_CASES): each gets the verdict its README calls right."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data.build import BuildError
from data.errors import DataError
from data.panel import Panel
from geo.weights.weights import Weights
from tests.written_places import built

Check = Callable[[Panel], bool]
BASE = "_base"


def students(panel: Panel, year: str) -> tuple[int, int]:
    """Students absent and enrolled in one year."""
    rows = panel.absence[panel.absence["school_year"].eq(year)]
    return int(rows["chronic_absent"].sum()), int(rows["enrolled"].sum())


def doubts(panel: Panel) -> set[str]:
    return {entry.doubt for entry in panel.ledger if entry.doubt}


def joined(panel: Panel) -> set[str]:
    return set(panel.catchment["school_id"])


REFUSED: dict[str, str] = {
    "01-district-total-rows": r"called a total \(9000",
    "06-no-school-can-be-joined/bygrade": r"no row is of all grades",
    "06-no-school-can-be-joined/bygroup": r"no row is of all students",
    "06-no-school-can-be-joined/codes": r"absence\.csv.*(negative|code)",
    "06-no-school-can-be-joined/idmiss": r"ids 0001 and 1 differ by zeros.*identifier\.pad",
    "06-no-school-can-be-joined/justout": r"stands in a tract",
    "06-no-school-can-be-joined/noenr": r"gives no number of students",
    "06-no-school-can-be-joined/nopts": r"none of 10 schools has a point",
    "07-ids-half-matched": r"7 of 10 schools.*identifier\.pad = 4 would match 7",
    "16-county-renumbered": r"46113 is 46102 since 2015",
    "21-place-crs/badcrs": r"badcrs\.toml: crs: 'EPSG:99999'",
    "21-place-crs/farutm": r"crs: 'EPSG:32611'.*is made for longitude",
    "13-negative-codes": r"absence\.csv, column 'c'.*looks like a code",
    "h-07-one-bad-byte-in-utf8": r"absence\.csv, row 10: byte e9",
    "h-35-exponent-1e999-enrolled": r"absence\.csv, column 'enrolled'",
    "h-36-enrolled-1e19": r"absence\.csv, column 'enrolled'",
    "h-37-enrolled-1e15": r"absence\.csv, column 'enrolled'",
    "h-38-enrolled-9007199254740993": r"absence\.csv, column 'enrolled'",
    "h-49-percent-for-count": r"percent_for_count",
    "h-52-fraction-for-percent-19-tracts": r"fraction_for_percent",
    "h-53-fraction-for-percent-one-100": r"fraction_for_percent",
    "h-80-student-rows-no-headers": r"absence\.csv.*single students",
    "h-111-geojson-crs-null": r"tracts\.geojson: its coordinate system",
    "h-112-geojson-crs-unknown-name": r"tracts\.geojson: its coordinate system",
    "h-113-geojson-crs-link-ssrf": r"tracts\.geojson: its coordinate system .* at an address",
    "h-142-zip-name-300-letters": r"absence\.zip: the name",
    "h-144-zip-folder-then-file": r"absence\.zip",
    "h-149-zip-lzma-damaged": r"absence\.zip.*damaged",
    "h-155-gz-bomb-one-line-1.5GB": r"absence\.csv\.gz",
    "h-158-xlsx-formula-no-value": r"absence\.xlsx, column 'absent', row 2",
    "h-159-xlsx-error-cell": r"absence\.xlsx, column 'absent', row 2.*#REF!",
    "h-186-gpkg-endless-view": r"tracts\.gpkg: its layer 'v'",
    "h-42-all-rows-impossible": r"absence\.csv.*none of its 60 rows.*look swapped",
    "h-44-half-rows-impossible": r"30 of 60 rows are refused.*look swapped",
    "h-70-total-row-with-a-valid-id": r"called a total \(00X000",
    "h-75-year-2099-00": r"no school year",
    "h-76-default-year-absent": r"default_year is '2022-23'.*write one of 2021-22",
    "h-88-points-all-same": r"Schools at one point",
    "h-91-tracts-in-wrong-state-place": r"outside the state",
    "h-92-tracts-projected-called-degrees": r"tracts\.geojson.*declared as degrees",
    "h-99-overlapping-tracts": r"5\.0 ?% of the area is counted twice",
    "h-100-one-tract-covers-all": r"lie over one another",
    "h-101-antimeridian": r"outside the state",
    "h-103-nan-coordinates-geojson": r"without a usable outline.*09003000001",
    "h-106-no-children-anywhere": r"resident children is 0 in every tract",
    "h-115-gpkg-crs-undefined-cartesian": r"tracts\.gpkg.*Undefined Cartesian",
    "h-125-shp-local-cs-prj": r"tracts\.shp.*\.prj",
}
"""Case: words of the one message, which names the cause."""

READ: dict[str, Check] = {
    BASE: lambda panel: len(joined(panel)) == 30 and doubts(panel) == set(),
    "02-view-without-figures/supyear": lambda panel: doubts(panel) == set(),
    "02-view-without-figures/suplevel": lambda panel: doubts(panel) == set(),
    "03-scan-nine-tracts": lambda panel: len(panel.tracts) == 9,
    "22-definition-is-markup": lambda panel: ":red[" in panel.area.definition,
    "h-152-zip-with-macosx-junk": lambda panel: students(panel, "2022-23")[1] == 9794,
    "09-contiguity-gaps/hotexact": lambda panel: not len(Weights.queen(panel.tracts).isolates),
    # As many neighbours as the same county without gaps: 100 squares, king's moves.
    "09-contiguity-gaps/hotgap": lambda panel: Weights.queen(panel.tracts).sparse.nnz == 684,
    "11-one-bad-point": lambda panel: (
        "points_wrong" in doubts(panel) and len(joined(panel)) == 9 and len(panel.schools) == 10
    ),
    "19-virtual-school": lambda panel: (
        "online_schools" in doubts(panel) and len(panel.schools) - len(joined(panel)) == 1
    ),
    "20-one-tract": lambda panel: len(panel.tracts) == 1 and len(joined(panel)) == 1,
}
"""Case: what is true of the panel that is built of it."""


@pytest.fixture(scope="module")
def cases() -> Path:
    named = os.environ.get("ATLAS_CASES", "").strip()
    if not named:
        pytest.skip("ATLAS_CASES is not set: no folder of cases on this machine")
    return Path(named)


def build_case(cases: Path, name: str, scratch: Path) -> Panel:
    """Build a case as its README says: a place of its own, or the base with some files replaced."""
    folder = cases / name
    files = [file for file in folder.iterdir() if file.is_file()]
    slugs = sorted((file.stem for file in files if file.suffix == ".toml"), key=len)
    if slugs:
        mirror = scratch / slugs[0]
        mirror.mkdir()
        copy([file for file in files if file.suffix != ".toml"], mirror)
        return built(slugs[0], folder, scratch)
    copy([file for file in (cases / BASE).iterdir() if file.is_file()], scratch)
    copy(files, scratch)
    toml = cases / BASE / "toml"
    return built(base_slug(files), toml / "places", scratch, toml / "recipes")


def base_slug(files: list[Path]) -> str:
    """Choose the base place that reads the format a case replaces."""
    formats = {
        "tracts.gpkg": "tr_gpkg",
        "tracts.shp": "tr_shp",
        "absence.xlsx": "abs_xlsx",
        "absence.csv.gz": "abs_gz",
        "absence.zip": "abs_zip",
    }
    names = {file.name for file in files}
    return next((slug for name, slug in formats.items() if name in names), "mini")


def copy(files: list[Path], folder: Path) -> None:
    for file in files:
        shutil.copy(file, folder / file.name)


@pytest.mark.parametrize("name", list(REFUSED))
def test_a_wrong_case_is_refused(cases: Path, name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as told:
        build_case(cases, name, tmp_path)
    assert not isinstance(told.value, BuildError), told.value
    assert re.search(REFUSED[name], str(told.value), re.DOTALL), told.value


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_a_failing_disk_is_said(cases: Path, tmp_path: Path) -> None:  # h-187
    copy([file for file in (cases / BASE).iterdir() if file.is_file()], tmp_path)
    (tmp_path / "absence.csv").unlink()
    (tmp_path / "absence.csv").symlink_to("/proc/self/mem")
    toml = cases / BASE / "toml"
    with pytest.raises(DataError, match=r"absence\.csv") as told:
        built("mini", toml / "places", tmp_path, toml / "recipes")
    assert not isinstance(told.value, BuildError), told.value


@pytest.mark.parametrize("name", list(READ))
def test_a_case_is_read_with_its_figures(cases: Path, name: str, tmp_path: Path) -> None:
    assert READ[name](build_case(cases, name, tmp_path))


def test_the_virtual_school_counts_in_the_totals(cases: Path, tmp_path: Path) -> None:
    panel = build_case(cases, "19-virtual-school", tmp_path)
    absent, enrolled = students(panel, panel.area.default_year)
    on_map = panel.catchment["students"].sum()
    assert enrolled - on_map == pytest.approx(3000)
    assert absent / enrolled == pytest.approx(0.437, abs=5e-4)

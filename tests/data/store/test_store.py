import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data.assemble.panel import make_panel
from data.panel import SourceTables, load_panel, save_panel
from data.store import folders as store
from data.store.folders import (
    StoreError,
    SwapError,
    present,
    previous,
    replace_folder,
)
from data.store.protected import protect_panel

ROOT = Path(__file__).resolve().parents[3]


def fill(word: str, folder: Path) -> None:
    (folder / "protected").mkdir()
    for part in (folder, folder / "protected"):
        (part / "manifest.json").write_text(word, encoding="utf-8")


def content(folder: Path) -> list[str]:
    """Read what a reader finds, in both parts."""
    parts = (present(folder), present(folder / "protected"))
    return [(part / "manifest.json").read_text(encoding="utf-8") for part in parts]


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if not each.name.endswith(".lock"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    replace_folder(tmp_path / "nyc", lambda fresh: fill("old", fresh))
    return tmp_path / "nyc"


def test_a_folder_is_replaced_whole(place: Path) -> None:
    (place / "left over").write_text("x", encoding="utf-8")
    replace_folder(place, lambda fresh: fill("new", fresh))
    assert content(place) == ["new", "new"]
    assert names(place) == ["manifest.json", "protected"]
    assert names(place.parent) == ["nyc"]


def test_the_old_folder_is_read_while_the_new_one_is_missing(place: Path) -> None:
    place.rename(previous(place))
    assert content(place) == ["old", "old"]
    replace_folder(place, lambda fresh: fill("new", fresh))
    assert content(place) == ["new", "new"]
    assert names(place.parent) == ["nyc"]


def test_leftovers_of_a_dead_run_are_removed(place: Path) -> None:
    (place.parent / ".nyc.building" / "protected").mkdir(parents=True)
    previous(place).mkdir()
    replace_folder(place, lambda fresh: fill("new", fresh))
    assert content(place) == ["new", "new"]
    assert names(place.parent) == ["nyc"]


def test_a_full_disk_leaves_the_old_folder(place: Path) -> None:
    def full(fresh: Path) -> None:
        fill("new", fresh)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(SwapError, match=r"No space left.* unchanged.*Free some space"):
        replace_folder(place, full)
    assert content(place) == ["old", "old"]
    assert names(place.parent) == ["nyc"]


def test_a_refused_rename_puts_the_old_folder_back(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == ".nyc.building":
            raise PermissionError(errno.EACCES, "the folder is in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(SwapError, match="the folder is in use"):
        replace_folder(place, lambda fresh: fill("new", fresh))
    assert content(place) == ["old", "old"]
    assert names(place.parent) == ["nyc"]


def test_a_file_where_the_store_should_be(tmp_path: Path) -> None:
    (tmp_path / "panels").write_text("not a folder", encoding="utf-8")
    with pytest.raises(SwapError, match="could not be written"):
        replace_folder(tmp_path / "panels" / "nyc", lambda fresh: fill("new", fresh))


def test_two_builds_do_not_meet(place: Path) -> None:
    def meet(fresh: Path) -> None:
        fill("first", fresh)
        with pytest.raises(SwapError, match="another build is writing"):
            replace_folder(place, lambda other: fill("second", other))

    replace_folder(place, meet)
    assert content(place) == ["first", "first"]


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from data.store import folders

folder, moment = Path(sys.argv[1]), sys.argv[2]

def die(now):
    if now == moment:
        os.kill(os.getpid(), signal.SIGKILL)

def fill(fresh):
    for part in (fresh, fresh / "protected"):
        part.mkdir(exist_ok=True)
        die("writing " + ("raw" if part == fresh else "protected"))
        (part / "manifest.json").write_text("new", encoding="utf-8")
    die("written")

rename, remove, flush = Path.rename, shutil.rmtree, os.fsync

def watched_rename(self, target):
    which = "first rename" if target.name.endswith(".previous") else "second rename"
    die("before " + which)
    result = rename(self, target)
    die("after " + which)
    return result

def watched_remove(path):
    die("before removing")
    for each in sorted(Path(path).rglob("*.json"))[:1]:
        each.unlink()
    die("while removing")
    remove(path)
    die("after removing")

def watched_flush(descriptor):
    flush(descriptor)
    die("flushing")

Path.rename, shutil.rmtree, os.fsync = watched_rename, watched_remove, watched_flush
folders.replace_folder(folder, fill)
die("end")
"""
OLD_REMAINS = [
    "writing raw",
    "writing protected",
    "written",
    "flushing",
    "before first rename",
    "after first rename",
    "before second rename",
]
NEW_STANDS = ["after second rename", "before removing", "while removing", "after removing", "end"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("moment", [*OLD_REMAINS, *NEW_STANDS])
def test_a_kill_leaves_the_old_or_the_new(place: Path, moment: str) -> None:
    run = subprocess.run([sys.executable, "-c", KILLED, str(place), moment], cwd=ROOT, check=False)
    assert run.returncode == -signal.SIGKILL
    word = "old" if moment in OLD_REMAINS else "new"
    assert content(place) == [word, word]
    replace_folder(place, lambda fresh: fill("next", fresh))
    assert content(place) == ["next", "next"]
    assert names(place.parent) == ["nyc"]


def test_home_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    assert store.home() == tmp_path
    assert store.cache_folder() == tmp_path / "sources"
    assert store.panel_path("nyc") == tmp_path / "panels" / "nyc"
    monkeypatch.delenv("ATLAS_HOME")
    assert store.home().name == "attendance-atlas"


@pytest.mark.parametrize("slug", ["", "..", "../nyc", "a/b", "NYC", "a b", ".nyc", "x" * 65, "a\n"])
def test_a_slug_is_a_plain_word(slug: str) -> None:
    with pytest.raises(StoreError, match="short name"):
        store.panel_path(slug)


def test_only_whole_panels_are_listed(
    small: SourceTables, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    assert store.list_panels() == {}
    panel = make_panel(small)
    for slug in ("small", "moved", "half"):
        save_panel(panel, store.build_path(slug))
        save_panel(protect_panel(panel), store.build_path(slug) / "protected")
    store.build_path("moved").rename(previous(store.build_path("moved")))
    (store.build_path("half") / "protected" / "manifest.json").write_text("{}", encoding="utf-8")
    (tmp_path / "panels" / ".small.building").mkdir()
    (tmp_path / "panels" / "notes.txt").write_text("x", encoding="utf-8")
    old = store.build_path("old")
    save_panel(panel, old)
    written = json.loads((old / "manifest.json").read_text(encoding="utf-8"))
    (old / "manifest.json").write_text(json.dumps({**written, "format": 1}), encoding="utf-8")
    assert store.list_panels() == {"moved": "Small County", "small": "Small County"}
    assert sorted(store.unusable_panels()) == ["half", "old"]
    assert "format 1" in store.unusable_panels()["old"]
    assert load_panel(store.panel_path("moved") / "protected").area == small.area


def test_a_reader_that_meets_a_swap_looks_once_more(
    small: SourceTables, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "small"
    save_panel(make_panel(small), previous(folder))
    look = store.present

    def swapped(asked: Path) -> Path:
        found = look(asked)
        if found == previous(folder):
            found.rename(folder)
        return found

    monkeypatch.setattr(store, "present", swapped)
    assert load_panel(folder).area == small.area

"""Where panels and downloaded files live on this machine."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from data.errors import DataError
from data.store.manifest import ManifestError, read_manifest
from data.store.swap import present, previous

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class StoreError(DataError):
    """A place's name cannot be a folder of the store."""


def home() -> Path:
    """Give the store's folder: `ATLAS_HOME`, or this user's data folder."""
    named = os.environ.get("ATLAS_HOME", "").strip()
    return Path(named) if named else Path(platformdirs.user_data_dir("attendance-atlas"))


def cache_folder() -> Path:
    """Give the folder of downloaded source files."""
    return home() / "sources"


def build_path(slug: str) -> Path:
    """Give the folder a build writes, whether it is there or not.

    Raises
    ------
    StoreError
        `slug` is not lower-case letters, digits, "-" and "_".
    """
    if not SLUG.fullmatch(slug):
        raise StoreError(
            f"{slug!r} is not a place's short name: use lower-case letters, digits, - and _"
        )
    return home() / "panels" / slug


def panel_path(slug: str) -> Path:
    """Give the folder to read a panel from.

    Parameters
    ----------
    slug : str
        Short name of the place ("demo").

    Returns
    -------
    Path
        The panel's folder; its predecessor when a build was cut short between two renames.
    """
    return present(build_path(slug))


def list_panels() -> dict[str, str]:
    """List the panels of the store by reading their manifests only.

    Returns
    -------
    dict of str to str
        Name of the place by slug, sorted by slug. Folders without a usable manifest are left out.
    """
    return {slug: said for slug, said, usable in _manifests() if usable}


def unusable_panels() -> dict[str, str]:
    """List the panels of the store that this version cannot open, such as those of an older one.

    Returns
    -------
    dict of str to str
        What is wrong, by slug.
    """
    return {slug: said for slug, said, usable in _manifests() if not usable}


def _manifests() -> Iterator[tuple[str, str, bool]]:
    """Give each panel's slug with its place's name, or with what is wrong with its manifest."""
    folder = home() / "panels"
    if not folder.is_dir():
        return
    slugs = sorted({each.name.removesuffix(previous(each).suffix) for each in folder.iterdir()})
    for slug in filter(SLUG.fullmatch, slugs):
        try:
            record = read_manifest(panel_path(slug))
            read_manifest(panel_path(slug) / "protected")
        except ManifestError as error:
            yield slug, str(error), False
        else:
            yield slug, record.area.name, True

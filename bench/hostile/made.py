"""All hostile files of one seed."""

import numpy as np

from bench.hostile import archives, geography, students, texts
from bench.hostile.file import HostileFile

SEED = 20261129


def hostile_files(address: str, seed: int = SEED) -> list[HostileFile]:
    """Make all files.

    Parameters
    ----------
    address : str
        Of a server that must not be asked: "127.0.0.1:8000".
    seed : int
        Of what is damaged where.
    """
    draw = np.random.default_rng(seed)
    return [
        *geography.coordinate_systems(address),
        *geography.broken_geojson(),
        *geography.packages(),
        *geography.shapefiles(),
        *archives.zip_names(),
        *archives.zip_company(),
        *archives.zip_damage(draw),
        *archives.packed_lines(draw),
        *archives.workbooks(draw),
        *texts.texts(draw),
        *students.registers(),
        *texts.uploads(),
        *texts.answers(),
    ]

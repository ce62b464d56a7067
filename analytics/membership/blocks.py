"""The membership model of a place too large to fit at once: overlapping blocks of near schools.

Local kriging: what an area has in common with schools far beyond the range of the field reaches it
only through hyperparameters and effects, and these the blocks share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.inputs import Bools, Floats
from analytics.membership.data import Data
from analytics.membership.fields import MaternField
from analytics.membership.model import (
    Model,
    Moments,
    State,
    effects_given,
    moments,
    standard_draws,
    with_prior,
)

MakeModel = Callable[[Data, MaternField, csr_array], Model]
"""Makes the model of a part from its data, its field and its neighbourhood averages."""
Shown = tuple[Floats, Floats, Floats, Floats]
"""Field, predictor, average and effects."""
Places = NDArray[np.intp]


@dataclass(frozen=True)
class CellSize:
    """Most areas, and most schools, of a cell; how many schools around it the cell also sees."""

    most: int = 600
    around: int = 600


CELL_SIZE = CellSize()


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell of a place, with positions in the whole place.

    `schools` are those of the cell and the nearest ones around it, `own` the former alone; `areas`
    are those of the cell, their neighbours, and all areas of the schools; `core` are positions
    among `areas` of the cell's own; `before` are the nearest schools of earlier cells.
    """

    schools: Places
    areas: Places
    core: Places
    own: Places
    before: Places


def cells(
    centres: Floats, share: csr_array, around: csr_array, size: CellSize = CELL_SIZE
) -> list[Cell]:
    """Divide a place into cells at medians until each has few enough areas and schools.

    Every area is in the core of one cell. `centres` (m, 2) in km, `share` (n, m), `around` (m, m).

    Examples
    --------
    >>> line = np.column_stack([np.arange(1200.0), np.zeros(1200)])
    >>> apart = csr_array(np.eye(1200))
    >>> [len(cell.core) for cell in cells(line, apart, apart)]
    [600, 600]
    """
    from scipy.spatial import cKDTree

    weight = np.asarray(share.sum(axis=1))
    sites = (share @ centres) / weight[:, None]
    divided: list[Cell] = []
    earlier = np.zeros(len(sites), dtype=np.bool_)
    areas, all_schools = np.arange(len(centres)), np.arange(len(sites))
    for core, own in _halved(centres, sites, areas, all_schools, size.most):
        apart = cKDTree(centres[core]).query(sites)[0]
        apart[own] = -1.0
        order = np.argsort(apart, kind="stable")
        schools = np.sort(order[: len(own) + size.around])
        before = order[earlier[order]][: size.around]
        touched = np.unique(np.r_[core, around[core].indices, share[schools].indices])
        places = np.searchsorted(touched, core)
        divided.append(Cell(schools, touched, places, own, np.sort(before)))
        earlier[own] = True
    return divided


def _halved(
    centres: Floats, sites: Floats, areas: Places, schools: Places, most: int
) -> list[tuple[Places, Places]]:
    """Halve the areas across the longer side until they and their schools are few enough."""
    if max(len(areas), len(schools)) <= most or len(areas) < 2:
        return [(areas, schools)]
    axis = int(np.ptp(centres[areas], axis=0).argmax())
    middle = float(np.median(centres[areas, axis]))
    left = _lower_half(centres[areas, axis], middle)
    west = sites[schools, axis] <= middle
    return [
        *_halved(centres, sites, areas[left], schools[west], most),
        *_halved(centres, sites, areas[~left], schools[~west], most),
    ]


def _lower_half(values: Floats, middle: float) -> Bools:
    """Mark values up to the middle; half of them in order where all are the same."""
    lower: Bools = values <= middle
    if lower.all():
        lower = np.arange(len(values)) < len(values) // 2
    return lower


@dataclass(frozen=True, eq=False)
class Block:
    """A cell of areas with the model of the schools around it.

    Attributes
    ----------
    model : Model
        The model of these schools.
    areas, core : ndarray of int
        Positions of the model's areas in the whole place, and among these of the areas that the
        block speaks for.
    chain : tuple
        The cell's own schools with the nearest ones of earlier cells, and those alone: what the
        one tells beyond the other is the cell's part of the evidence. Nothing for an empty cell.
    """

    model: Model
    areas: NDArray[np.intp]
    core: NDArray[np.intp]
    chain: tuple[tuple[float, Model], ...]


@dataclass(frozen=True, eq=False)
class BlockState:
    """All blocks at one point of the hyperparameters, summed; see `State` and `Gaussian`."""

    theta: Floats
    log_posterior: float
    corrected: float
    slope: Floats
    information: Floats


@dataclass(frozen=True, eq=False)
class BlockModel:
    """Blocks of one place with the same hyperparameters and effects.

    The evidence is a chain: that of each cell's schools given the nearest ones of earlier cells.
    Blocks are fitted one at a time: memory is that of one.

    References
    ----------
    Stein ML, Chi Z, Welty LJ (2004) J R Stat Soc B 66:275-296, equation 3 (the chain, after
    Vecchia). Stein ML (2014) Spat Stat 8:1-19 (blocks against low rank).
    """

    field: MaternField
    blocks: tuple[Block, ...]

    @classmethod
    def of(
        cls, data: Data, field: MaternField, model: MakeModel, size: CellSize = CELL_SIZE
    ) -> BlockModel:
        """Divide a place into blocks; `model` makes that of a part."""
        parts = cells(field.centres, data.share, field.around, size)
        return cls(field, tuple(_block(data, field, model, part) for part in parts))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the hyperparameters."""
        return self.blocks[0].model.names

    def natural(self, theta: Floats) -> Floats:
        """Give hyperparameters on their natural scale."""
        return self.blocks[0].model.natural(theta)

    def log_prior(self, theta: Floats) -> float:
        """Give the log prior density of theta."""
        return self.blocks[0].model.log_prior(theta)

    @property
    def links(self) -> list[tuple[float, Model]]:
        """Models of the chain, with the sign of their evidence."""
        return [link for block in self.blocks for link in block.chain]

    def at(self, theta: Floats) -> BlockState:
        """Fit all blocks at given hyperparameters."""
        d, prior = len(theta), self.log_prior(theta)
        total, corrected, slope, information = prior, prior, np.zeros(d), np.zeros((d, d))
        for sign, model in self.links:
            state = model.at(theta)
            total += sign * (state.log_posterior - prior)
            corrected += sign * (state.corrected - prior)
            own_slope, own_information = model.evidence_gradient(state)
            slope += sign * own_slope
            information += sign * own_information
        return BlockState(theta, total, corrected, slope, information)

    def gradient(self, state: BlockState) -> tuple[Floats, Floats]:
        """Give the derivatives of the composite log posterior, and its information."""
        return with_prior(self.log_prior, state.theta, state.slope, state.information)

    def visit(self, theta: Floats) -> tuple[float, Shown]:
        """Give the corrected log posterior of hyperparameters, and the posterior of all areas."""
        prior = self.log_prior(theta)
        corrected, precision = prior, np.diag(1 / self.blocks[0].model.effect_variance)
        beyond, pull = np.zeros_like(precision), np.zeros(len(precision))
        for sign, model in self.links:
            state: State = model.at(theta)
            corrected += sign * (state.corrected - prior)
            mean, covariance = effects_given(model, state)
            own = np.linalg.inv(covariance)
            beyond += sign * (own - precision)
            pull += sign * (own @ mean)
        agreed = np.asarray(np.linalg.inv(precision + beyond), dtype=np.float64)
        return corrected, self._joined(theta, agreed @ pull, agreed)

    def draws(self, theta: Floats, draws: int, seed: int) -> NDArray[np.float32]:
        """Draw areas together within blocks: see `standard_draws`."""
        whole = np.empty((draws, len(self.field.centres)), dtype=np.float32)
        for j, block in enumerate(self.blocks):
            own = standard_draws(block.model, block.model.at(theta), draws, seed + j)
            whole[:, block.areas[block.core]] = own[:, block.core]
        return whole

    def _joined(self, theta: Floats, mean: Floats, covariance: Floats) -> Shown:
        """Give each area what its block says, with the effects that all schools agree on."""
        shown = [np.empty((3, len(self.field.centres))) for _ in range(3)]
        for block in self.blocks:
            part = moments(block.model, block.model.at(theta))
            own_parts = (part.field, part.predictor, part.around)
            for out, own, tie in zip(shown, own_parts, part.ties, strict=False):
                agreed = _with_effects(own, tie, part, (mean, covariance))
                out[:, block.areas[block.core]] = agreed[:, block.core]
        units = self.blocks[0].model.units
        sd = np.sqrt(np.diag(units @ covariance @ units.T))
        effects = np.stack([units @ mean, sd, np.zeros(len(mean))])
        return shown[0], shown[1], shown[2], effects


def _with_effects(own: Floats, tie: Floats, part: Moments, agreed: tuple[Floats, Floats]) -> Floats:
    """Put the effects that all blocks agree on in the place of those of one block."""
    mean, covariance = agreed
    gain = np.linalg.solve(part.ties[3], tie.T).T
    moved = own[0] + gain @ (mean - part.effects[0])
    variance = own[1] ** 2 + np.einsum("ij,jk,ik->i", gain, covariance - part.ties[3], gain)
    return np.stack([moved, np.sqrt(np.maximum(variance, 0.0)), own[2]])


def _block(data: Data, field: MaternField, model: MakeModel, cell: Cell) -> Block:
    """Fit out one cell with its schools and its areas."""

    def over(schools: NDArray[np.intp], areas: NDArray[np.intp]) -> Model:
        part = data.part(schools, areas)
        around = csr_array(field.around[areas][:, areas])
        inner = replace(
            field,
            centres=field.centres[areas],
            share=part.share,
            around=around,
            prior=field.range_prior,
        )
        return model(part, inner, around)

    links = []
    for sign, schools in ((1.0, np.union1d(cell.own, cell.before)), (-1.0, cell.before)):
        if len(cell.own) and len(schools):
            links.append((sign, over(schools, np.unique(data.share[schools].indices))))
    return Block(over(cell.schools, cell.areas), cell.areas, cell.core, tuple(links))

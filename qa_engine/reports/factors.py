"""A matrix as few non-negative factors, in numpy alone: as scikit-learn's NMF, which takes the first report of a
process most of a second to load."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS, _ENOUGH = 200, 1e-4
_TINY = 1e-12


def factors(matrix: Floats, count: int) -> tuple[Floats, Floats]:
    """``matrix`` (rows × columns, none negative) as ``shares`` (rows × count) times ``parts`` (count × columns).

    Begins from the singular vectors (Boutsidis & Gallopoulos 2008, zeros filled with the mean) and takes turns at the
    factors, one column at a time (HALS; Cichocki & Phan 2009). The same matrix gives the same factors.
    """
    shares, parts = _beginning(matrix, count)
    before = np.inf
    whole = float((matrix * matrix).sum())
    for _ in range(_ROUNDS):
        _improve(shares, matrix @ parts.T, parts @ parts.T)
        along = matrix.T @ shares
        square = shares.T @ shares
        turned = np.ascontiguousarray(parts.T)
        _improve(turned, along, square)
        parts = turned.T
        left = whole - 2 * float((along * turned).sum()) + float((square * (parts @ parts.T)).sum())
        if before - left <= _ENOUGH * whole:
            break
        before = left
    return shares, parts


def _improve(factor: Floats, along: Floats, square: Floats) -> None:
    """One turn of every column of a factor, in place."""
    for n in range(factor.shape[1]):
        if square[n, n] > _TINY:
            factor[:, n] = np.maximum(0.0, factor[:, n] + (along[:, n] - factor @ square[:, n]) / square[n, n])


def _beginning(matrix: Floats, count: int) -> tuple[Floats, Floats]:
    left, values, right = _largest(matrix, count)
    shares, parts = np.zeros((matrix.shape[0], count)), np.zeros((count, matrix.shape[1]))
    for n in range(count):
        sides = []
        for sign in (1.0, -1.0):
            u, v = np.maximum(0.0, sign * left[:, n]), np.maximum(0.0, sign * right[n])
            sides.append((float(np.linalg.norm(u) * np.linalg.norm(v)), u, v))
        size, u, v = max(sides, key=lambda side: side[0])
        if size > _TINY:
            scale = np.sqrt(values[n] * size)
            shares[:, n], parts[n] = scale * u / np.linalg.norm(u), scale * v / np.linalg.norm(v)
    mean = float(matrix.mean())
    shares[shares < _TINY] = mean
    parts[parts < _TINY] = mean
    return shares, parts


def _largest(matrix: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    """The largest singular values with their vectors, by iteration of a subspace (Halko, Martinsson & Tropp 2011)."""
    more = min(count + 8, *matrix.shape)
    base = np.random.default_rng(0).standard_normal((matrix.shape[1], more))
    for _ in range(6):
        base = np.linalg.qr(matrix.T @ np.linalg.qr(matrix @ base)[0])[0]
    left, values, right = np.linalg.svd(matrix @ base, full_matrices=False)
    return left[:, :count], values[:count], (right @ base.T)[:count]

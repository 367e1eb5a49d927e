"""Kernel sizes, strides and paddings of convolutions: reading them, and what they do to a symmetry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ...errors import IntertwineError
from ...representations.base import Representation

Size = int | Sequence[int]
ONE_SIDED = (
    "{} with output_padding adds samples at one side, so that its output does not turn with its input: use "
    "output_padding=0, and choose kernel and padding for the size you need"
)


def read_size(layer: str, d: int, name: str, value: Any, least: int) -> tuple[int, ...]:
    """One integer for each of d axes.

    Raises:
        IntertwineError: for another number of them, or one below `least`.
    """
    sizes = tuple(value) if isinstance(value, Sequence) else (value,) * d
    if len(sizes) != d or any(not isinstance(n, int) or n < least for n in sizes):
        raise IntertwineError(f"{name} of {layer} is one integer, or {d} integers, >= {least}, got {value!r}")
    return sizes


def read_padding(padding: str, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> list[int]:
    """What "same" and "valid" stand for.

    Raises:
        IntertwineError: for other words, "same" with a stride, and "same" where it would pad unevenly.
    """
    if padding == "valid":
        return [0] * len(kernel)
    if padding != "same" or max(stride) > 1:
        raise IntertwineError(f'padding is a number, "valid", or, with stride 1, "same"; got {padding!r}')
    span = [step * (k - 1) for step, k in zip(dilation, kernel, strict=True)]
    if any(s % 2 for s in span):
        raise IntertwineError(
            f'padding="same" with the even kernel {tuple(kernel)} would shift the picture by half a pixel, which no '
            "rotation keeps: use an odd kernel, or a number"
        )
    return [s // 2 for s in span]


def mixed_axes(space: Representation) -> list[tuple[int, int]]:
    """Pairs of grid axes that some element mixes; the last axis is x."""
    group, d = space.group, space.dim
    matrices = [space.matrix(g) for g in group.generators]
    if group.algebra_dim:
        matrices += list(space.algebra(group.algebra))
    mixing = sum((m.abs() + m.abs().mT for m in matrices), torch.zeros(d, d, dtype=torch.float64)).flip(0, 1)
    return [(i, j) for i in range(d) for j in range(i + 1, d) if mixing[i, j] > 1e-9]


def require_alike(space: Representation, **sizes: tuple[int, ...]) -> None:
    """Raise unless axes that the point group mixes are treated alike."""
    for i, j in mixed_axes(space):
        for name, size in sizes.items():
            if size[i] != size[j]:
                raise IntertwineError(
                    f"{space.group} mixes axes {i} and {j} of the grid, so that {name} must be the same on both, got "
                    f"{size}"
                )


def require_room(
    grid: Sequence[int], kernel: Sequence[int], padding: Sequence[int], dilation: Sequence[int], mode: str
) -> None:
    """Raise unless the kernel fits the padded grid, and the padding goes on from samples that are there."""
    for n, k, p, step in zip(grid, kernel, padding, dilation, strict=True):
        reach = step * (k - 1) + 1
        if n + 2 * p < reach:
            raise IntertwineError(
                f"a kernel of {k} samples" + f" {step} apart" * (step > 1) + f" reaches over {reach}, more than {n} "
                f"samples with padding {p}: use a smaller kernel, more padding or a larger grid"
            )
        most = {"reflect": n - 1, "circular": n}.get(mode, p)
        if p > most:
            raise IntertwineError(f'{n} samples have no padding of {p} with padding_mode="{mode}": {most} at most')


def left_out(
    grid: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
) -> str | None:
    """Why samples do not lie symmetrically and what to change; None where they do."""
    for n, k, s, p, step in zip(grid, kernel, stride, padding, dilation, strict=True):
        left = (n + 2 * p - step * (k - 1) - 1) % s
        if left:
            others = [m for m in range(max(1, k - s), k + s) if not (n + 2 * p - step * (m - 1) - 1) % s]
            advice = f"a kernel of {' or '.join(map(str, others))} samples or " if others else ""
            return (
                f"with stride {s} on {n} samples leaves {left} out at one side, so that its output does not turn with "
                "its input: choose sizes with size + 2 padding - dilation (kernel - 1) - 1 divisible by the stride, "
                f"here {advice}an input of {n - left} samples"
            )
    return None

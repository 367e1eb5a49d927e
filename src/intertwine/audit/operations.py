"""The operations on maps that a model performs, seen as they happen.

A mode of torch sees every call, whether it comes from a module or from a function in some forward method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

_WINDOWS: dict[str, tuple[tuple[str, Any], ...]] = {
    "conv": (("input", None), ("weight", None), ("bias", None), ("stride", 1), ("padding", 0), ("dilation", 1),
             ("groups", 1)),
    "max_pool": (("input", None), ("kernel_size", None), ("stride", None), ("padding", 0), ("dilation", 1),
                 ("ceil_mode", False), ("return_indices", False)),
    "avg_pool": (("input", None), ("kernel_size", None), ("stride", None), ("padding", 0), ("ceil_mode", False),
                 ("count_include_pad", True), ("divisor_override", None)),
}  # fmt: skip
"""Parameters of torch's window functions in order, with their defaults."""
NONLINEARITIES = frozenset([
    "relu", "relu6", "leaky_relu", "prelu", "rrelu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus",
    "softsign", "softshrink", "hardshrink", "tanhshrink", "tanh", "sigmoid", "logsigmoid", "hardtanh", "hardswish",
    "hardsigmoid", "threshold", "abs", "square", "exp", "sin", "cos", "clamp",
])  # fmt: skip
FLATTENINGS = frozenset(("flatten", "reshape", "view"))


@dataclass(frozen=True)
class Operation:
    """One call on a map (N, C, *grid)."""

    kind: str
    """"window", "nonlinearity", "pad", "upsampling" or "flatten"."""
    name: str
    """Where it happens: the path of the module, and the function."""
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @property
    def input(self) -> Tensor:
        """The map."""
        return self.args[0] if self.args else self.kwargs["input"]

    def __call__(self, x: Tensor, **changes: Any) -> Tensor:
        """The same call on another map, with named parameters changed."""
        args, kwargs = (x, *self.args[1:]) if self.args else (), {**self.kwargs, **changes}
        if not self.args:
            kwargs["input"] = x
        return self.function(*args, **kwargs)

    def run(self) -> Any:
        """The call as it was made."""
        return self.function(*self.args, **self.kwargs)


@dataclass(frozen=True)
class Window:
    """A convolution or pooling: windows of `extent` samples, every `stride`-th of them."""

    kind: str
    """"conv", "max_pool" or "avg_pool"."""
    operation: Operation
    parameters: dict[str, Any]
    extent: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]

    @property
    def d(self) -> int:
        """The number of grid axes."""
        return len(self.stride)

    @property
    def fill(self) -> float:
        """What lies beyond the edge."""
        return -torch.inf if self.kind == "max_pool" else 0.0

    def on(self, x: Tensor, **changes: Any) -> Tensor:
        """The operation on x, with some parameters changed."""
        return self.operation.function(x, **{**self.parameters, **changes})


def window(operation: Operation) -> Window:
    """Read the parameters of a window function's call."""
    family = operation.function.__name__[:-2]
    names = _WINDOWS[family]
    given = dict(zip((name for name, _ in names), operation.args, strict=False)) | operation.kwargs
    parameters = {name: given.get(name, default) for name, default in names}
    x = parameters.pop("input")
    parameters.pop("return_indices", None)
    d = x.ndim - 2
    size = parameters["weight"].shape[2:] if family == "conv" else _tuple(parameters["kernel_size"], d)
    dilation = _tuple(parameters.get("dilation", 1), d)
    stride = _tuple(size if parameters["stride"] in (None, (), []) else parameters["stride"], d)
    extent = tuple(step * (k - 1) + 1 for k, step in zip(size, dilation, strict=True))
    padding = parameters["padding"]
    if isinstance(padding, str):
        padding = tuple((e - 1) // 2 if padding == "same" else 0 for e in extent)
    if family == "avg_pool" and d == 1:
        parameters.pop("divisor_override")
    return Window(family, operation, parameters, extent, stride, _tuple(padding, d))


class Watch(TorchFunctionMode):
    """Hands every operation on maps with `d` grid axes to `handle`, which returns the result in its place."""

    def __init__(self, model: Callable[..., Any], d: int, handle: Callable[[Operation], Any]):
        super().__init__()
        self.model, self.d, self.handle = model, d, handle
        self.path: list[str] = []

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        kind = self._kind(func, args, kwargs)
        if kind is None:
            return func(*args, **kwargs)
        name = func.__name__.strip("_")
        where = self.path[-1] if self.path else ""
        return self.handle(Operation(kind, f"{where} {name}".strip(), func, args, kwargs))

    def _kind(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
        x = args[0] if args else kwargs.get("input")
        if not isinstance(x, Tensor) or x.ndim != self.d + 2 or not x.is_floating_point():
            return None
        name = getattr(func, "__name__", "").removesuffix("_")
        if name[:-2] in _WINDOWS and name.endswith(f"{self.d}d"):
            return None if kwargs.get("return_indices") else "window"
        if name in NONLINEARITIES and max(x.shape[2:]) > 1:
            return "nonlinearity"
        if name == "pad":
            return "pad"
        if name.startswith("conv_transpose") or name in ("interpolate", "upsample"):
            return "upsampling"
        if name in FLATTENINGS and max(x.shape[2:]) > 1:
            return "flatten" if _flattens(name, x, args, kwargs) else None
        return None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See the operations within; module paths are known where the model is a module."""
        with ExitStack() as stack:
            for name, module in self.model.named_modules() if isinstance(self.model, nn.Module) else ():
                stack.callback(module.register_forward_pre_hook(self._enter(name)).remove)
                stack.callback(module.register_forward_hook(self._leave, always_call=True).remove)
            with self:
                yield

    def _enter(self, name: str) -> Callable[..., None]:
        return lambda module, inputs: self.path.append(name)

    def _leave(self, module: nn.Module, inputs: Any, output: Any) -> None:
        self.path.pop()


def _flattens(name: str, x: Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether the result is a table (N, C * samples)."""
    if name == "flatten":
        start = args[1] if len(args) > 1 else kwargs.get("start_dim", 0)
        end = args[2] if len(args) > 2 else kwargs.get("end_dim", -1)
        return start in (1, 1 - x.ndim) and end in (-1, x.ndim - 1)
    shape = args[1] if len(args) == 2 and not isinstance(args[1], int) else args[1:]
    if not isinstance(shape, tuple | list | torch.Size) or len(shape) != 2:
        return False
    return shape[0] in (-1, len(x)) and shape[1] in (-1, x[0].numel()) and tuple(shape) != (-1, -1)


def _tuple(value: Any, d: int) -> tuple[int, ...]:
    values = tuple(value) if isinstance(value, tuple | list) else (value,)
    return values * d if len(values) == 1 else values

"""What may be tried, written in Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union

Value = Union[str, int, float, bool]
Assignment = Dict[str, Value]
Json = Dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """The values that one parameter may have."""

    kind: str
    feasible_space: Mapping[str, Any]
    read: Callable[[Any], Any]

    def manifest(self, name: str) -> Json:
        return {"name": name, "parameterType": self.kind, "feasibleSpace": dict(self.feasible_space)}


def _bounds(low: float, high: float, step: Optional[float], distribution: str) -> Json:
    space: Json = {"min": repr(low), "max": repr(high), "distribution": distribution}
    if step is not None:
        space["step"] = repr(step)
    return space


def uniform(low: float, high: float, step: Optional[float] = None) -> Parameter:
    """A number from low to high; with a step, low and every step from there."""
    return Parameter("double", _bounds(float(low), float(high), step, "uniform"), float)


def log_uniform(low: float, high: float) -> Parameter:
    """A number from low to high, each order of magnitude as likely as the next."""
    return Parameter("double", _bounds(float(low), float(high), None, "logUniform"), float)


def integer(low: int, high: int, step: Optional[int] = None) -> Parameter:
    """A whole number from low to high; with a step, low and every step from there."""
    return Parameter("int", _bounds(int(low), int(high), step, "uniform"), int)


def log_integer(low: int, high: int) -> Parameter:
    """A whole number from low to high, each order of magnitude as likely as the next."""
    return Parameter("int", _bounds(int(low), int(high), None, "logUniform"), int)


def _listed(kind: str, values: Sequence[Value]) -> Parameter:
    texts: List[str] = [str(value) for value in values]
    if len(set(texts)) != len(texts):
        raise ValueError(f"two of the values {texts} read the same")
    known = dict(zip(texts, values))
    return Parameter(kind, {"list": texts}, lambda found: known.get(str(found), found))


def choice(values: Sequence[Value]) -> Parameter:
    """One of several values that have no order."""
    return _listed("categorical", values)


def discrete(values: Sequence[float]) -> Parameter:
    """One of several numbers."""
    known = {float(value): value for value in values}
    texts = [repr(value) for value in values]
    return Parameter("discrete", {"list": texts}, lambda found: known.get(float(found), found))

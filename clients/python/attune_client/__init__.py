"""A client of Attune, the hyperparameter tuning service. Standard library only."""

from ._client import AttuneError, Client, Unreachable
from ._space import Parameter, choice, discrete, integer, log_integer, log_uniform, uniform
from ._tune import Result, TrialRecord, tune
from ._worker import StopTrial, Trial, Worker

__version__ = "0.1.0"

__all__ = [
    "AttuneError", "Client", "Parameter", "Result", "StopTrial", "Trial", "TrialRecord", "Unreachable", "Worker",
    "choice", "discrete", "integer", "log_integer", "log_uniform", "tune", "uniform",
]

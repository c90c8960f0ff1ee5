"""What a training run needs: operations, memory, days, money, electricity and carbon.

Sources: Kaplan et al. (2020) for 6ND; Rajbhandari et al. (2020) for 16 bytes per parameter;
Strubell et al. (2019) and Patterson et al. (2021) for energy and carbon.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

from lmbook.arguments import check_positive, check_type, check_whole
from lmbook.training.scaling import FLOPS

BYTES_PER_PARAMETER = 16
"""With Adam in mixed precision, 2 + 2 for weight and gradient, 3 · 4 for weight, mean, square."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """An accelerator and what it costs to run, all as the reader knows them.

    ``peak_flops`` are operations per second in the precision of training and ``utilization`` the
    share of them that a run reaches. ``dollars_per_hour`` is for one accelerator, ``watts`` its
    power with its part of the computer, ``overhead`` what the building draws for each watt of
    the machine (power usage effectiveness), ``grams_per_kwh`` the carbon dioxide of its
    electricity. Raises ``ValueError`` for a number out of range.
    """

    peak_flops: float
    utilization: float
    memory_bytes: float
    dollars_per_hour: float
    watts: float
    overhead: float = 1.2
    grams_per_kwh: float = 400.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value != 0 or name not in _MAY_BE_ZERO:
                check_positive(name, value)
        if self.utilization > 1:
            raise ValueError(f"utilization={self.utilization} is a share, not above 1")
        if self.overhead < 1:
            raise ValueError(f"overhead={self.overhead} is below 1")


_MAY_BE_ZERO = ("dollars_per_hour", "grams_per_kwh")


class Bill(NamedTuple):
    """A run's needs. ``state_bytes`` are weights, gradients and optimiser, without activations;
    ``n_least`` is the number of machines whose memory holds them."""

    compute: float
    machine_hours: float
    days: float
    dollars: float
    kilowatt_hours: float
    kilograms_co2: float
    state_bytes: float
    n_least: int


def bill(n_parameters: float, n_tokens: float, machine: Machine, n_machines: int = 1) -> Bill:
    """What it takes to train so many parameters on so many tokens, without failed attempts.

    Raises ``ValueError`` for a count that is not above 0.
    """
    check_type("machine", machine, Machine)
    check_whole("n_machines", n_machines, 1)
    check_positive("n_parameters", n_parameters)
    check_positive("n_tokens", n_tokens)
    compute = FLOPS * n_parameters * n_tokens
    hours = compute / (machine.peak_flops * machine.utilization) / 3600
    energy = hours * machine.watts * machine.overhead / 1000
    state = BYTES_PER_PARAMETER * n_parameters
    return Bill(
        compute=compute,
        machine_hours=hours,
        days=hours / n_machines / 24,
        dollars=hours * machine.dollars_per_hour,
        kilowatt_hours=energy,
        kilograms_co2=energy * machine.grams_per_kwh / 1000,
        state_bytes=state,
        n_least=math.ceil(state / machine.memory_bytes),
    )


def affordable_compute(dollars: float, machine: Machine) -> float:
    """Operations that the money buys. Raises ``ValueError`` if it is not above 0, or time free."""
    check_type("machine", machine, Machine)
    check_positive("dollars", dollars)
    if not machine.dollars_per_hour:
        raise ValueError("dollars_per_hour=0: any budget buys unlimited time")
    return dollars / machine.dollars_per_hour * 3600 * machine.peak_flops * machine.utilization


def split_by_ratio(compute: float, tokens_per_parameter: float = 20.0) -> tuple[float, float]:
    """Parameters and tokens with 6ND = ``compute`` and D = ratio · N.

    The ratio of about 20 is Hoffmann et al.'s (2022). Raises ``ValueError`` for a number that is
    not above 0.
    """
    check_positive("compute", compute)
    check_positive("tokens_per_parameter", tokens_per_parameter)
    n_parameters = math.sqrt(compute / (FLOPS * tokens_per_parameter))
    return n_parameters, tokens_per_parameter * n_parameters

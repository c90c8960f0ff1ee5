"""Everything that a training run needs to go on, on disk: safetensors and JSON, no pickle.

A checkpoint is a folder ``step-00000120`` with two files. It is written under a temporary name
and then renamed, so a run killed at any moment leaves the last complete checkpoint readable.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from lmbook.training.distributed import placed_like

_TENSORS, _VALUES = "tensors.safetensors", "checkpoint.json"
RecurrentState = Tensor | tuple[Tensor, ...] | None


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The state of a run after ``step`` steps.

    ``tensors`` have dotted names: ``model.…``, ``optimizer.…``, ``process.0.rng.…`` and so on;
    ``values`` are JSON: the history, the place in the data, the model's class and config.
    """

    step: int
    tensors: Mapping[str, Tensor]
    values: Mapping = field(default_factory=dict)

    def part(self, prefix: str) -> dict[str, Tensor]:
        """The tensors whose names begin with ``prefix.``, under the rest of their names."""
        start = prefix + "."
        return {k.removeprefix(start): v for k, v in self.tensors.items() if k.startswith(start)}


def prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under names that begin with ``prefix.``; the inverse of ``Checkpoint.part``."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def save_checkpoint(folder: str | Path, checkpoint: Checkpoint) -> Path:
    """Write ``checkpoint`` into ``folder`` and remove the older ones; returns its own folder.

    Raises ``ValueError`` if the folder holds one of a later step, which it leaves untouched.
    """
    later = [path.name for path in _found(folder) if int(path.name[5:]) > checkpoint.step]
    if later:
        raise ValueError(
            f"folder={str(folder)!r} holds {later[-1]}, later than step {checkpoint.step}: "
            "another run's, which this one would hide"
        )
    target = Path(folder) / f"step-{checkpoint.step:08d}"
    partial = Path(folder) / f"partial-{checkpoint.step:08d}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    # a copy each: safetensors refuses tensors that share memory, as tied weights do
    tensors = {name: tensor.detach().cpu().clone() for name, tensor in checkpoint.tensors.items()}
    data = safetensors.torch.save(tensors)
    values = {
        "step": checkpoint.step,
        "sha256": hashlib.sha256(data).hexdigest(),
        "values": checkpoint.values,
    }
    (partial / _TENSORS).write_bytes(data)
    (partial / _VALUES).write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    os.replace(partial, target)
    _remove_all_but(target)
    return target


def load_checkpoint(folder: str | Path) -> Checkpoint | None:
    """The newest checkpoint in ``folder``, or None where there is none.

    Raises ``ValueError`` with the file's name and the reason if the checkpoint is damaged.
    """
    found = _found(folder)
    if not found:
        return None
    values_path, tensors_path = found[-1] / _VALUES, found[-1] / _TENSORS
    try:
        stored = json.loads(values_path.read_text(encoding="utf-8"))
        step, digest, values = stored["step"], stored["sha256"], stored["values"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{values_path} is damaged: {error!r}") from error
    try:
        data = tensors_path.read_bytes()
        tensors = safetensors.torch.load(data)
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{tensors_path} is damaged: {error}") from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(f"{tensors_path} is damaged: its SHA-256 is not {digest}")
    return Checkpoint(step=step, tensors=tensors, values=values)


def _found(folder: str | Path) -> list[Path]:
    """The checkpoints in ``folder``, the oldest first."""
    return sorted(Path(folder).glob("step-" + "[0-9]" * 8))


def describe_model(model: nn.Module) -> dict:
    """The class of ``model`` and, where it has one, its config, as JSON."""
    config = getattr(model, "config", None)
    fields = asdict(config) if is_dataclass(config) and not isinstance(config, type) else None
    kind = type(model)
    if hasattr(model, "set_reshard_after_forward"):  # fully_shard puts a class in front
        kind = kind.__bases__[-1]
    # through JSON, so that a tuple equals the list that is read back
    return json.loads(json.dumps({"class": kind.__name__, "config": fields}))


def load_model_part(model: nn.Module, checkpoint: Checkpoint) -> None:
    """Put the checkpoint's weights into ``model``.

    Raises ``ValueError`` that names both models if the checkpoint is another model's.
    """
    ours, theirs = describe_model(model), checkpoint.values.get("model")
    if ours != theirs:
        raise ValueError(f"the checkpoint is of another model: {theirs}; this one is {ours}")
    load_weights(model, checkpoint.part("model"))


def load_weights(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """``load_state_dict``, where a misfit is a ``ValueError`` that says which tensor it is."""
    ours = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    theirs = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    for name in sorted({*ours, *theirs}):
        if ours.get(name) != theirs.get(name):
            shapes = f"{theirs.get(name, 'missing')}, and {ours.get(name, 'missing')} in this model"
            raise ValueError(f"the weights are another model's: {name} is {shapes}")
    # in the model's order: cutting a tensor into shares is a step that all processes do together
    own = model.state_dict()
    model.load_state_dict({name: placed_like(weights[name], own[name]) for name in own})


def optimizer_tensors(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's averages and counters, by the parameter's name and their own."""
    return {
        f"{name}.{key}": torch.as_tensor(value)
        for name, parameter in model.named_parameters()
        for key, value in optimizer.state.get(parameter, {}).items()
        if value is not None
    }


def load_optimizer(
    model: nn.Module, optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]
) -> None:
    """Put back what ``optimizer_tensors`` gave; learning rate and the like stay the optimiser's."""
    parameters = dict(model.named_parameters())
    optimised = [p for group in optimizer.param_groups for p in group["params"]]
    numbers = {id(parameter): i for i, parameter in enumerate(optimised)}
    states: dict[int, dict[str, Tensor]] = {}
    for key, value in sorted(tensors.items()):
        name, field_name = key.rsplit(".", 1)
        parameter = parameters[name]
        placed = placed_like(value, parameter) if value.dim() else value
        states.setdefault(numbers[id(parameter)], {})[field_name] = placed
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": states, "param_groups": groups})


def rng_tensors(device: torch.device) -> dict[str, Tensor]:
    """States of torch's random generators: the CPU's, and the one of ``device``."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    if device.type == "mps":
        states["mps"] = torch.mps.get_rng_state()
    return states


def load_rng(device: torch.device, tensors: Mapping[str, Tensor]) -> None:
    """Put back what ``rng_tensors`` gave; a device that had no state there keeps its own."""
    torch.set_rng_state(tensors["cpu"])
    if device.type == "cuda" and "cuda" in tensors:
        torch.cuda.set_rng_state(tensors["cuda"], device)
    if device.type == "mps" and "mps" in tensors:
        torch.mps.set_rng_state(tensors["mps"])


def state_tensors(state: RecurrentState) -> dict[str, Tensor]:
    """A recurrent state, one tensor or several, by number."""
    parts = () if state is None else (state,) if isinstance(state, Tensor) else state
    kind = "one" if isinstance(state, Tensor) else "tuple"
    return {f"{kind}.{i}": part for i, part in enumerate(parts)}


def load_state(tensors: Mapping[str, Tensor], device: torch.device) -> RecurrentState:
    """Put back what ``state_tensors`` gave."""
    if "one.0" in tensors:
        return tensors["one.0"].to(device)
    parts = tuple(tensors[f"tuple.{i}"].to(device) for i in range(len(tensors)))
    return parts or None


def _remove_all_but(target: Path) -> None:
    for pattern in ("step-" + "[0-9]" * 8, "partial-" + "[0-9]" * 8):
        for other in target.parent.glob(pattern):
            if other != target:
                shutil.rmtree(other, ignore_errors=True)

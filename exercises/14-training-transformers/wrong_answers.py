"""Wrong answers that students give, by question: name, code, and what the message must say."""

WRONG_ANSWERS = {
    "q1": [
        (
            "the first step is step 0",
            """
def wsd_schedule(step: int, n_steps: int, warmup_steps: int, decay_steps: int) -> float:
    step = min(step, n_steps)
    rising = (step - 1) / warmup_steps if step < warmup_steps else 1.0
    falling = (n_steps - step) / decay_steps if step > n_steps - decay_steps else 1.0
    return min(rising, falling)
""",
            "the first step would move nothing",
        ),
        (
            "the warm-up is a step ahead",
            """
def wsd_schedule(step: int, n_steps: int, warmup_steps: int, decay_steps: int) -> float:
    step = min(step, n_steps)
    rising = (step + 1) / warmup_steps if step < warmup_steps else 1.0
    falling = (n_steps - step) / decay_steps if step > n_steps - decay_steps else 1.0
    return min(rising, falling)
""",
            "a step too early",
        ),
        (
            "the decay ends after the end",
            """
def wsd_schedule(step: int, n_steps: int, warmup_steps: int, decay_steps: int) -> float:
    step = min(step, n_steps)
    rising = step / warmup_steps if step < warmup_steps else 1.0
    falling = (n_steps - step + 1) / decay_steps if step > n_steps - decay_steps else 1.0
    return min(rising, falling)
""",
            "one step after the end",
        ),
        (
            "the decay ends before the end",
            """
def wsd_schedule(step: int, n_steps: int, warmup_steps: int, decay_steps: int) -> float:
    step = min(step, n_steps)
    rising = step / warmup_steps if step < warmup_steps else 1.0
    falling = max(0, n_steps - 1 - step) / decay_steps if step > n_steps - decay_steps else 1.0
    return min(rising, falling)
""",
            "one step too early",
        ),
        (
            "nothing is stable",
            """
def wsd_schedule(step: int, n_steps: int, warmup_steps: int, decay_steps: int) -> float:
    step = min(step, n_steps)
    rising = step / warmup_steps if step < warmup_steps else 1.0
    falling = (
        (n_steps - step) / (n_steps - warmup_steps) if step > warmup_steps and decay_steps else 1.0
    )
    return min(rising, falling)
""",
            "falls from the end of the warm-up on",
        ),
        (
            "a cosine at the end",
            """
def wsd_schedule(step: int, n_steps: int, warmup_steps: int, decay_steps: int) -> float:
    step = min(step, n_steps)
    rising = step / warmup_steps if step < warmup_steps else 1.0
    falling = (
        0.5 - 0.5 * np.cos(np.pi * (n_steps - step) / decay_steps)
        if step > n_steps - decay_steps
        else 1.0
    )
    return min(rising, falling)
""",
            "half a cosine",
        ),
        (
            "the decay begins at decay_steps",
            """
def wsd_schedule(step: int, n_steps: int, warmup_steps: int, decay_steps: int) -> float:
    step = min(step, n_steps)
    rising = step / warmup_steps if step < warmup_steps else 1.0
    falling = (
        (n_steps - step) / (n_steps - decay_steps) if decay_steps and step > decay_steps else 1.0
    )
    return min(rising, falling)
""",
            "not the step at which it begins",
        ),
        (
            "a negative rate",
            """
def wsd_schedule(step: int, n_steps: int, warmup_steps: int, decay_steps: int) -> float:
    rising = step / warmup_steps if step < warmup_steps else 1.0
    falling = (n_steps - step) / decay_steps if step > n_steps - decay_steps else 1.0
    return min(rising, falling)
""",
            "becomes negative",
        ),
        (
            "zero at the end in any case",
            """
def wsd_schedule(step: int, n_steps: int, warmup_steps: int, decay_steps: int) -> float:
    if step >= n_steps:
        return 0.0
    rising = step / warmup_steps if step < warmup_steps else 1.0
    falling = (n_steps - step) / decay_steps if step > n_steps - decay_steps else 1.0
    return min(rising, falling)
""",
            "there it must not be 0",
        ),
        (
            "a division by 0",
            """
def wsd_schedule(step: int, n_steps: int, warmup_steps: int, decay_steps: int) -> float:
    step = min(step, n_steps)
    rising = min(1.0, step / warmup_steps)
    falling = (n_steps - step) / decay_steps if step > n_steps - decay_steps else 1.0
    return min(rising, falling)
""",
            "has no slope",
        ),
    ],
    "q2": [
        (
            "equal factors",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    if total == 0:
        raise ValueError("n_targets: no part has any target")
    return (n_targets > 0) * len(n_targets) / max(1, np.count_nonzero(n_targets))


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    counted = np.where(n_targets > 0, mean_losses, 0.0)
    sums = (loss_factors(n_targets) * counted).sum(axis=1)
    return float(sums.mean())
""",
            "these factors are all equal",
        ),
        (
            "P is forgotten",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    if total == 0:
        raise ValueError("n_targets: no part has any target")
    return n_targets / total


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    counted = np.where(n_targets > 0, mean_losses, 0.0)
    sums = (loss_factors(n_targets) * counted).sum(axis=1)
    return float(sums.sum())
""",
            "P times too small",
        ),
        (
            "each process by itself",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    if total == 0:
        raise ValueError("n_targets: no part has any target")
    return n_targets / np.maximum(1, n_targets.sum(axis=1, keepdims=True))


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    counted = np.where(n_targets > 0, mean_losses, 0.0)
    sums = (loss_factors(n_targets) * counted).sum(axis=1)
    return float(sums.mean())
""",
            "each process divides by its own",
        ),
        (
            "the sum over processes only",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    if total == 0:
        raise ValueError("n_targets: no part has any target")
    return len(n_targets) * (n_targets / np.maximum(1, n_targets.sum(axis=0)))


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    counted = np.where(n_targets > 0, mean_losses, 0.0)
    sums = (loss_factors(n_targets) * counted).sum(axis=1)
    return float(sums.mean())
""",
            "compared with one another",
        ),
        (
            "K instead of P",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    if total == 0:
        raise ValueError("n_targets: no part has any target")
    return n_targets.shape[1] * (n_targets / total)


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    counted = np.where(n_targets > 0, mean_losses, 0.0)
    sums = (loss_factors(n_targets) * counted).sum(axis=1)
    return float(sums.mean())
""",
            "this is the number of parts",
        ),
        (
            "divided by K too",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    if total == 0:
        raise ValueError("n_targets: no part has any target")
    return len(n_targets) * (n_targets / total) / n_targets.shape[1]


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    counted = np.where(n_targets > 0, mean_losses, 0.0)
    sums = (loss_factors(n_targets) * counted).sum(axis=1)
    return float(sums.mean())
""",
            "added up, not averaged",
        ),
        (
            "an idle process is left out",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    if total == 0:
        raise ValueError("n_targets: no part has any target")
    return np.count_nonzero(n_targets.any(axis=1)) * (n_targets / total)


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    counted = np.where(n_targets > 0, mean_losses, 0.0)
    sums = (loss_factors(n_targets) * counted).sum(axis=1)
    return float(sums.mean())
""",
            "P counts it",
        ),
        (
            "0 times nan",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    if total == 0:
        raise ValueError("n_targets: no part has any target")
    return len(n_targets) * (n_targets / total)


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    counted = mean_losses
    sums = (loss_factors(n_targets) * counted).sum(axis=1)
    return float(sums.mean())
""",
            "0 · nan is nan",
        ),
        (
            "every nan is dropped",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    if total == 0:
        raise ValueError("n_targets: no part has any target")
    return len(n_targets) * (n_targets / total)


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    counted = np.nan_to_num(mean_losses)
    sums = (loss_factors(n_targets) * counted).sum(axis=1)
    return float(sums.mean())
""",
            "do not hide it",
        ),
        (
            "the mean of the means",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    if total == 0:
        raise ValueError("n_targets: no part has any target")
    return len(n_targets) * (n_targets / total)


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    if not n_targets.any():
        raise ValueError("no target")
    return float(mean_losses[n_targets > 0].mean())
""",
            "not the mean of the parts' means",
        ),
        (
            "the loss is not averaged",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    if total == 0:
        raise ValueError("n_targets: no part has any target")
    return len(n_targets) * (n_targets / total)


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    counted = np.where(n_targets > 0, mean_losses, 0.0)
    sums = (loss_factors(n_targets) * counted).sum(axis=1)
    return float(sums.sum())
""",
            "P times as much",
        ),
        (
            "0/0 without targets",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    return len(n_targets) * (n_targets / total)


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    counted = np.where(n_targets > 0, mean_losses, 0.0)
    sums = (loss_factors(n_targets) * counted).sum(axis=1)
    return float(sums.mean())
""",
            "raise ValueError",
        ),
        (
            "nan is overwritten",
            """
def loss_factors(n_targets: np.ndarray) -> np.ndarray:
    total = n_targets.sum()
    if total == 0:
        raise ValueError("n_targets: no part has any target")
    return len(n_targets) * (n_targets / total)


def combine(mean_losses: np.ndarray, n_targets: np.ndarray) -> float:
    mean_losses[n_targets == 0] = 0.0
    counted = mean_losses
    sums = (loss_factors(n_targets) * counted).sum(axis=1)
    return float(sums.mean())
""",
            "Leave the arrays of the caller",
        ),
    ],
    "q3": [
        (
            "the top block has the full rate",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** max(0, n_layers - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "not lr.",
        ),
        (
            "the rates shrink upwards",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor**depth
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "these shrink upwards",
        ),
        (
            "one factor for all",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr if depth == n_layers + 1 else lr * layer_factor
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "all levels below the top share one rate",
        ),
        (
            "the embedding with block 0",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** min(n_layers, n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "the two have the same rate",
        ),
        (
            "the embedding at the full rate",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "moves at the full rate",
        ),
        (
            "positions are forgotten",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first == "embedding":
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "positions is an embedding too",
        ),
        (
            "every norm is the last norm",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks" and "norm" not in name:
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "not that of the last norm",
        ),
        (
            "one digit",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0][0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "blocks.10 is not blocks.1",
        ),
        (
            "sorted as text",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items(), key=str):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "sorted as text",
        ),
        (
            "only biases do not decay",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, name.endswith("bias")), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "although its name ends in weight",
        ),
        (
            "by name",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2 or "bias" in name), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "a table called bias decays",
        ),
        (
            "the embedding does not decay",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2 or depth == 0), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "it decays.",
        ),
        (
            "matrices only",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) != 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "of three dimensions",
        ),
        (
            "the decay shrinks too",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append(
            {"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay * rate / lr}
        )
    return groups
""",
            "by the rate already",
        ),
        (
            "empty groups",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    depths = range(n_layers + 2)
    names_of = {(depth, kind): [] for depth in depths for kind in (False, True)}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "No group is empty",
        ),
        (
            "a group a name",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        weight_decay = 0.0 if is_vector else decay
        for name in names:
            groups.append({"names": [name], "lr": rate, "weight_decay": weight_decay})
    return groups
""",
            "every name has one of its own",
        ),
        (
            "a group a rate",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        depth = n_layers + 1 if layer_factor == 1 else depth
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(names_of.items()):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "told apart by depth",
        ),
        (
            "not sorted",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in names_of.items():
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "in the order of the names",
        ),
        (
            "vectors first",
            """
def group_parameters(
    named_shapes: dict[str, tuple[int, ...]],
    lr: float,
    decay: float,
    layer_factor: float,
    n_layers: int,
) -> list[dict]:
    names_of: dict[tuple[int, bool], list[str]] = {}
    for name, shape in named_shapes.items():
        first, *others = name.split(".")
        depth = n_layers + 1
        if first in ("embedding", "positions"):
            depth = 0
        elif first == "blocks":
            depth = int(others[0]) + 1
        names_of.setdefault((depth, len(shape) < 2), []).append(name)
    groups = []
    for (depth, is_vector), names in sorted(
        names_of.items(), key=lambda item: (item[0][0], not item[0][1])
    ):
        rate = lr * layer_factor ** (n_layers + 1 - depth)
        groups.append({"names": names, "lr": rate, "weight_decay": 0.0 if is_vector else decay})
    return groups
""",
            "At equal depth",
        ),
    ],
    "q4": [
        (
            "good steps need not be in a row",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), n_good, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "they must come in a row",
        ),
        (
            "the count goes on",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), n_good + 1, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "doubles at every step",
        ),
        (
            "a step late",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "one step too late",
        ),
        (
            "a step early",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 2 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "one step too early",
        ),
        (
            "no cap",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(2 * scale, 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "never exceeds the cap",
        ),
        (
            "doubled only if it fits",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(2 * scale if 2 * scale <= cap else scale, 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "as far as the cap",
        ),
        (
            "the count goes on at the cap",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval or scale == cap:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "At the cap",
        ),
        (
            "no floor",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(scale / 2, 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "never falls below 1",
        ),
        (
            "back to 1",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(1.0, 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "loses all it has learned",
        ),
        (
            "not counted at the floor",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + (scale > 1))
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "counts every step left out",
        ),
        (
            "counted since the last good step",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, 0)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "it counts the whole run",
        ),
        (
            "the finite entries move",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    gradient = np.where(np.isfinite(scaled), scaled, 0).astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "here the other weights moved",
        ),
        (
            "nan is overlooked",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = not np.isinf(scaled).any()
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "A nan is not finite",
        ),
        (
            "only the largest entry",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(scaled.max() < np.inf)
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "Minus infinity",
        ),
        (
            "never divided",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32)
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "still multiplied by the scale",
        ),
        (
            "the new scale",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / after.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "the one after the update",
        ),
        (
            "divided in float16",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = (scaled / state.scale).astype(np.float32)
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "the scale was for nothing",
        ),
        (
            "clipped before dividing",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32)
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient / state.scale, after
""",
            "that of the scaled gradient",
        ),
        (
            "the norm in float16",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((scaled**2).sum()) / state.scale)
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "clipped to nothing",
        ),
        (
            "clipped entry by entry",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    gradient = np.clip(gradient, -clip_norm, clip_norm)
    return weight - lr * gradient, after
""",
            "each entry is clipped by itself",
        ),
        (
            "stretched to the norm",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > 0:
        gradient = gradient * (clip_norm / norm)
    return weight - lr * gradient, after
""",
            "every gradient is stretched",
        ),
        (
            "not clipped",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    return weight - lr * gradient, after
""",
            "The gradient is not clipped",
        ),
        (
            "in place",
            """
def update_scale(state: ScaleState, finite: bool, interval: int, cap: float) -> ScaleState:
    scale, n_good, n_skipped = state
    if not finite:
        return ScaleState(max(scale / 2, 1.0), 0, n_skipped + 1)
    if n_good + 1 < interval:
        return ScaleState(scale, n_good + 1, n_skipped)
    return ScaleState(min(2 * scale, cap), 0, n_skipped)


def scaled_step(
    weight: np.ndarray,
    scaled: np.ndarray,
    state: ScaleState,
    lr: float,
    clip_norm: float,
    interval: int,
    cap: float,
) -> tuple[np.ndarray, ScaleState]:
    finite = bool(np.isfinite(scaled).all())
    after = update_scale(state, finite, interval, cap)
    if not finite:
        return weight.copy(), after
    gradient = scaled.astype(np.float32) / state.scale
    norm = float(np.sqrt((gradient**2).sum()))
    if norm > clip_norm:
        gradient = gradient * (clip_norm / norm)
    weight -= np.float32(lr) * gradient
    return weight, after
""",
            "of the caller as they are",
        ),
    ],
}

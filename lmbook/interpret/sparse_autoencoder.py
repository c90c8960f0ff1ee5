"""Sparse autoencoders: vectors as sums of a few directions out of many.

A layer of d_model numbers can hold more than d_model features, if only a few are active at once
(Elhage et al., 2022). A sparse autoencoder looks for them: it writes a vector as a sum of a few of
``n_features`` learned directions. Sources: Bricken et al. (2023) for the form; Gao et al. (2024)
for keeping the ``k`` largest, in place of a penalty on their sum.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from jaxtyping import Bool, Float, Int
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from lmbook.arguments import check_positive, check_tensor, check_whole
from lmbook.interpret.capture import Change, Decoder, checked, edit, evaluating
from lmbook.zoo import checkpoints

PACKAGED = Path(checkpoints.__file__).parent / "autoencoders"
"""Where the autoencoders of the package are."""


class SparseAutoencoder(nn.Module):
    """``n_features`` directions of length 1, of which ``k`` make up a vector.

    ``centre`` is taken off a vector before it is encoded and added to what is decoded; ``scale``,
    the mean length of the vectors, makes them comparable from layer to layer. Both are set by
    ``train_autoencoder``. Raises ``ValueError`` for sizes below 1, or ``k`` above ``n_features``.
    """

    centre: Float[Tensor, " d_model"]
    scale: Float[Tensor, ""]

    def __init__(self, d_model: int, n_features: int, k: int) -> None:
        super().__init__()
        for name, size in (("d_model", d_model), ("n_features", n_features), ("k", k)):
            check_whole(name, size, 1)
        if k > n_features:
            raise ValueError(f"k={k} is above n_features={n_features}")
        self.k = k
        self.encoder = nn.Linear(d_model, n_features)
        self.directions = nn.Parameter(torch.randn(n_features, d_model))
        self.register_buffer("centre", torch.zeros(d_model))
        self.register_buffer("scale", torch.ones(()))
        self.unit_directions()
        with torch.no_grad():  # at first, a feature is read where it is written
            self.encoder.weight.copy_(self.directions)
            self.encoder.bias.zero_()

    @torch.no_grad()
    def unit_directions(self) -> None:
        """Give all directions the length 1 again, after a step of training."""
        self.directions /= self.directions.norm(dim=1, keepdim=True)

    def activations(
        self, vectors: Float[Tensor, "*batch d_model"]
    ) -> Float[Tensor, "*batch feature"]:
        """How strongly each feature is present before the choice: 0 or more."""
        check_tensor("vectors", vectors, "float")
        if vectors.shape[-1] != len(self.centre):
            raise ValueError(f"vectors are {vectors.shape[-1]} wide, not {len(self.centre)}")
        return self.encoder((vectors - self.centre) / self.scale).relu()

    def encode(self, vectors: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch feature"]:
        """The ``k`` strongest features of each vector; all others are 0.

        Raises ``ValueError`` for vectors of another width.
        """
        return _strongest(self.activations(vectors), self.k)

    def decode(self, features: Float[Tensor, "*batch feature"]) -> Float[Tensor, "*batch d_model"]:
        """The sum of the directions, each as strong as its feature."""
        check_tensor("features", features, "float")
        return features @ self.directions * self.scale + self.centre

    def forward(self, vectors: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch d_model"]:
        """The vectors as sums of ``k`` directions."""
        return self.decode(self.encode(vectors))


def train_autoencoder(
    autoencoder: SparseAutoencoder,
    vectors: Float[Tensor, "row d_model"],
    n_steps: int,
    generator: torch.Generator,
    *,
    lr: float = 1e-3,
    batch_size: int = 1024,
    n_aux: int = 64,
    patience: int = 100,
    observe: Callable[[int, float], None] | None = None,
) -> None:
    """Train on batches drawn from ``vectors``, to the least squared error, with Adam.

    A feature that was in none of the last ``patience`` batches is dead and would never learn
    again. So the ``n_aux`` strongest of the dead ones also learn to make what the others leave
    over, at a weight of 1/32 (Gao et al., 2024, section 2.4). The learning rate falls to zero
    linearly over the last fifth. ``observe`` gets each step and its share of the variance that is
    missed. Raises ``ValueError`` for no vectors, numbers below 1, or an ``lr`` that is not above 0.
    """
    check_tensor("vectors", vectors, "float", 2)
    sizes = {"n_steps": n_steps, "batch_size": batch_size, "n_aux": n_aux, "patience": patience}
    for name, value in sizes.items():
        check_whole(name, value, 1)
    check_positive("lr", lr)
    if not len(vectors):
        raise ValueError("vectors holds no row")
    spread = _standardise(autoencoder, vectors)
    optimizer = torch.optim.Adam(autoencoder.parameters(), lr=lr)
    idle = torch.zeros(len(autoencoder.directions), dtype=torch.long, device=vectors.device)
    for step in range(n_steps):
        optimizer.param_groups[0]["lr"] = lr * min(1.0, 5 * (n_steps - step) / n_steps)
        rows = vectors[_drawn(len(vectors), batch_size, generator).to(vectors.device)]
        missed, active = _missed(autoencoder, rows, idle >= patience, n_aux)
        optimizer.zero_grad()
        (missed / spread).backward()
        optimizer.step()
        autoencoder.unit_directions()
        idle = torch.where(active, 0, idle + 1)
        if observe is not None:
            observe(step, (missed / spread).item())


def _drawn(n: int, n_drawn: int, generator: torch.Generator) -> Int[Tensor, " drawn"]:
    return torch.randint(n, (n_drawn,), generator=generator, device=generator.device)


def _standardise(autoencoder: SparseAutoencoder, vectors: Tensor) -> Tensor:
    """Set centre and scale; gives the mean squared length of the vectors thus standardised."""
    autoencoder.centre.copy_(vectors.mean(0))
    lengths = (vectors - autoencoder.centre).norm(dim=1)
    autoencoder.scale.copy_(lengths.mean())
    return (lengths / autoencoder.scale).square().mean()


def _missed(
    autoencoder: SparseAutoencoder, rows: Tensor, dead: Bool[Tensor, " feature"], n_aux: int
) -> tuple[Float[Tensor, ""], Bool[Tensor, " feature"]]:
    """The squared error, with the part for the dead features; and which features were active."""
    everything = autoencoder.activations(rows)
    features = _strongest(everything, autoencoder.k)
    wanted = (rows - autoencoder.centre) / autoencoder.scale
    rest = wanted - features @ autoencoder.directions
    missed = rest.square().sum(1).mean()
    if n_dead := int(dead.sum()):
        revived = _strongest(everything[:, dead], min(n_aux, n_dead))
        extra = rest.detach() - revived @ autoencoder.directions[dead]
        missed = missed + extra.square().sum(1).mean() / 32
    return missed, (features > 0).any(0)


def _strongest(activations: Tensor, k: int) -> Tensor:
    values, chosen = activations.topk(k, dim=-1)
    return torch.zeros_like(activations).scatter(-1, chosen, values)


@torch.no_grad()
def feature_frequencies(
    autoencoder: SparseAutoencoder, vectors: Float[Tensor, "row d_model"]
) -> Float[Tensor, " feature"]:
    """In which share of the vectors each feature is active; a dead feature has 0.

    Raises ``ValueError`` for no vectors or another width.
    """
    check_tensor("vectors", vectors, "float", 2)
    if not len(vectors):
        raise ValueError("vectors holds no row")
    counts = [(autoencoder.encode(part) > 0).sum(0) for part in vectors.split(8192)]
    return torch.stack(counts).sum(0) / len(vectors)


@torch.no_grad()
def loss_with(
    model: Decoder, rows: Iterable[Int[Tensor, "_ _"]], place: str, change: Change
) -> float:
    """Mean nats per token of the rows, while ``change`` acts on what stands at ``place``.

    Raises ``ValueError`` for no token, for ids that the model does not take, or a place that it
    does not have.
    """
    total, n_tokens = 0.0, 0
    with evaluating(model), edit(model, {place: change}):
        for ids in rows:
            total -= checked(model, ids, "rows").log_probs(ids).sum().item()
            n_tokens += ids.numel()
    if not n_tokens:
        raise ValueError("rows holds no token")
    return total / n_tokens


def loss_recovered(clean: float, replaced: float, ablated: float) -> float:
    """1 if the loss with the decoded vectors is the model's own, 0 if it is as if they were gone.

    ``ablated`` is the loss where the vectors are replaced by zeros or by their mean: say which.
    Raises ``ValueError`` if the ablation costs nothing. Source: Bricken et al. (2023).
    """
    if ablated <= clean:
        raise ValueError(f"ablated={ablated} is not above clean={clean}: nothing to recover")
    return (ablated - replaced) / (ablated - clean)


def steering(autoencoder: SparseAutoencoder, feature: int, strength: float) -> Change:
    """An edit that adds ``strength`` times the direction of ``feature`` at every position.

    ``strength`` counts in activations of the feature. Raises ``ValueError`` for a feature that does
    not exist.
    """
    check_whole("feature", feature, 0)
    if feature >= len(autoencoder.directions):
        raise ValueError(f"feature={feature} is not below {len(autoencoder.directions)}")
    added = strength * autoencoder.scale * autoencoder.directions[feature].detach()
    return lambda vectors: vectors + added


def save_autoencoder(path: str | Path, autoencoder: SparseAutoencoder) -> None:
    """Write the weights in float16 as safetensors, for everybody to read."""
    state = {name: value.half() for name, value in autoencoder.state_dict().items()}
    save_file({**state, "k": torch.tensor(autoencoder.k)}, path)
    Path(path).chmod(0o644)  # safetensors lets only the owner read it


def load_autoencoder(path: str | Path) -> SparseAutoencoder:
    """What ``save_autoencoder`` wrote, in float32. Raises ``ValueError`` for a damaged file."""
    try:
        state = load_file(path)
        n_features, width = state["directions"].shape
        autoencoder = SparseAutoencoder(width, n_features, int(state.pop("k")))
        autoencoder.load_state_dict(state)
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise ValueError(f"{path} does not hold an autoencoder: {error!r}") from error
    autoencoder.unit_directions()
    return autoencoder


def packaged_autoencoder(name: str) -> SparseAutoencoder:
    """The autoencoder that the package holds for the zoo's model ``name``.

    It was trained by ``python -m tools.studies.sparse_autoencoder``. Raises ``ValueError`` if there
    is none.
    """
    known = sorted(path.stem for path in PACKAGED.glob("*.safetensors"))
    if name not in known:
        raise ValueError(f"name={name!r} has no autoencoder; there is one for {', '.join(known)}")
    return load_autoencoder(PACKAGED / f"{name}.safetensors")

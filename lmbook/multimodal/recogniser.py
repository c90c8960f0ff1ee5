"""A small network that hears phonemes: log-mel frames, convolutions, a distribution per frame.

Every output frame sees about 0.3 seconds of sound; CTC teaches it without being told when
which phoneme is spoken.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from jaxtyping import Float, Int
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook import zoo
from lmbook.arguments import check_tensor, check_whole
from lmbook.multimodal.audio import HOP, log_mel
from lmbook.multimodal.ctc import ctc_loss
from lmbook.multimodal.ctc_decoding import beam_decode, greedy_decode
from lmbook.multimodal.spoken_words import SYMBOLS, Utterances

N_MELS = 40
PACKAGED = Path(zoo.__file__).parent / "recognisers" / "words.safetensors"


class Recogniser(nn.Module):
    """Log-mel frames every 10 ms to log-probabilities of ``SYMBOLS`` every 20 ms.

    A convolution over five frames takes every second one; ``n_blocks`` residual blocks of the same
    width follow, then a linear layer. Frames beyond a row's end are kept at zero, so what a row
    says does not depend on the rows beside it.

    Raises ``ValueError`` for sizes below 1.
    """

    def __init__(self, d_model: int = 96, n_blocks: int = 3) -> None:
        super().__init__()
        check_whole("d_model", d_model, 1)
        check_whole("n_blocks", n_blocks, 1)
        self.first = nn.Conv1d(N_MELS, d_model, 5, stride=2, padding=2)
        self.norms = nn.ModuleList(nn.LayerNorm(d_model) for _ in range(n_blocks))
        self.blocks = nn.ModuleList(
            nn.Conv1d(d_model, d_model, 5, padding=2) for _ in range(n_blocks)
        )
        self.last = nn.Linear(d_model, len(SYMBOLS))

    def forward(
        self, mels: Float[Tensor, "batch mel frame"], n_frames: Int[Tensor, " batch"]
    ) -> tuple[Float[Tensor, "batch output symbol"], Int[Tensor, " batch"]]:
        """Log-probabilities, and how many output frames count in each row.

        Raises ``ValueError`` for spectrograms of another kind.
        """
        check_tensor("mels", mels, "float", 3)
        check_tensor("n_frames", n_frames, "int", 1)
        if mels.shape[1] != N_MELS:
            raise ValueError(f"mels has {mels.shape[1]} bands, not {N_MELS}")
        kept = _within(n_frames, mels.shape[2])
        x = self.first(mels * kept[:, None])
        n_outputs = (n_frames + 1) // 2
        kept = _within(n_outputs, x.shape[2])[:, None]
        for norm, block in zip(self.norms, self.blocks, strict=True):
            normed = norm(x.transpose(1, 2)).transpose(1, 2) * kept
            x = x + F.gelu(block(normed))
        return self.last(x.transpose(1, 2)).log_softmax(-1), n_outputs

    @torch.no_grad()
    def hear(self, utterances: Utterances, n_beams: int = 1) -> list[list[str]]:
        """The phonemes of each utterance: the best path for one beam, else prefix search."""
        check_whole("n_beams", n_beams, 1)
        device = self.last.weight.device
        mels, n_frames = spectrograms(utterances)
        heard = []
        for batch in zip(mels.split(64), n_frames.split(64), strict=True):
            log_probs, n_outputs = self(*(part.to(device) for part in batch))
            for row, n_kept in zip(log_probs, n_outputs.tolist(), strict=True):
                heard.append([SYMBOLS[i] for i in _read(row[:n_kept], n_beams)])
        return heard


def _read(log_probs: Float[Tensor, "frame symbol"], n_beams: int) -> list[int]:
    return greedy_decode(log_probs) if n_beams == 1 else beam_decode(log_probs, n_beams)[0].labels


def _within(lengths: Int[Tensor, " batch"], longest: int) -> Tensor:
    return torch.arange(longest, device=lengths.device) < lengths[:, None]


def spectrograms(
    utterances: Utterances,
) -> tuple[Float[Tensor, "batch mel frame"], Int[Tensor, " batch"]]:
    """Log-mel frames of all utterances, 40 bands, and the number of frames of each."""
    mels = torch.cat([log_mel(waves, N_MELS) for waves in utterances.waves.split(64)])
    return mels, utterances.n_samples.to(mels.device) // HOP


def train_recogniser(
    recogniser: Recogniser,
    utterances: Utterances,
    n_steps: int,
    generator: torch.Generator,
    *,
    lr: float = 3e-3,
    batch_size: int = 32,
    observe: Callable[[int, float], None] | None = None,
) -> None:
    """Teach it with CTC and AdamW; the learning rate rises for 50 steps and falls to 0 linearly.

    Each batch is drawn with ``generator`` (on the processor). ``observe`` is given each step,
    from 0, and the loss of its batch in nats per phoneme.

    Raises ``ValueError`` for no utterance and numbers below 1.
    """
    check_whole("n_steps", n_steps, 1)
    check_whole("batch_size", batch_size, 1)
    if not len(utterances):
        raise ValueError("utterances holds none")
    device = recogniser.last.weight.device
    mels, n_frames = (part.to(device) for part in spectrograms(utterances))
    targets = utterances.targets.to(device)
    optimizer = torch.optim.AdamW(recogniser.parameters(), lr=lr)
    for step in range(n_steps):
        optimizer.param_groups[0]["lr"] = lr * min((step + 1) / 50, 1 - step / n_steps)
        rows = torch.randint(len(mels), (batch_size,), generator=generator).to(device)
        longest = int(n_frames[rows].max())
        log_probs, n_outputs = recogniser(mels[rows, :, :longest], n_frames[rows])
        labels = targets[rows]
        loss = ctc_loss(log_probs, labels, n_outputs).sum() / (labels > 0).sum()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(recogniser.parameters(), 1.0)
        optimizer.step()
        if observe:
            observe(step, loss.item())


def save_recogniser(path: str | Path, recogniser: Recogniser) -> None:
    """Write the weights in float16 as safetensors, for everybody to read."""
    save_file({name: value.half() for name, value in recogniser.state_dict().items()}, path)
    Path(path).chmod(0o644)  # safetensors lets only the owner read it


def load_recogniser(path: str | Path = PACKAGED) -> Recogniser:
    """What ``save_recogniser`` wrote, in float32; by default the package's own.

    That one was trained by ``python -m tools.studies.speech``. Raises ``ValueError`` for a damaged
    file.
    """
    try:
        state = load_file(path)
        n_blocks = sum(name.startswith("norms.") for name in state) // 2
        recogniser = Recogniser(len(state["first.bias"]), n_blocks)
        recogniser.load_state_dict(state)
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise ValueError(f"{path} does not hold a recogniser: {error!r}") from error
    return recogniser.eval()

"""How well training uses its machine: floating-point operations needed, and those possible."""

import torch

_FLOAT32, _BFLOAT16 = "float32", "bfloat16"
_TERA = 1e12
# Part of a device's name → dense peaks in TFLOP/s (float32 without tensor cores, bfloat16 with),
# as NVIDIA's data sheets give them; where a sheet counts with sparsity, half of that. A name
# that holds two keys belongs to the first.
_PEAKS: dict[str, dict[str, float]] = {
    "H200 NVL": {_FLOAT32: 60.0, _BFLOAT16: 835.5},
    "H200": {_FLOAT32: 67.0, _BFLOAT16: 989.4},
    "H100 NVL": {_FLOAT32: 60.0, _BFLOAT16: 835.5},
    "H100 PCIe": {_FLOAT32: 51.0, _BFLOAT16: 756.5},
    "H100": {_FLOAT32: 67.0, _BFLOAT16: 989.4},
    "A100": {_FLOAT32: 19.5, _BFLOAT16: 312.0},
    "V100-SXM2": {_FLOAT32: 15.7},
    "V100-PCIE": {_FLOAT32: 14.0},
    "NVIDIA L4": {_FLOAT32: 30.3, _BFLOAT16: 121.0},
    "Tesla T4": {_FLOAT32: 8.1},
}
_OTHERS = ("L40", "GH200")  # names that hold a key and are other devices


def flops_per_token(n_parameters: int, n_layers: int, d_model: int, n_tokens: int) -> float:
    """Floating-point operations to learn from one token: 6N + 12·L·d·T.

    Each weight multiplies and adds once forward (2) and twice backward (4). In each layer,
    attention compares d numbers with each of T = ``n_tokens`` tokens and sums as many, forward
    and twice backward; what a causal mask saves is not subtracted. ``n_parameters`` counts
    a table that is looked up like a matrix that multiplies, which a tied embedding is. A recurrent
    model has ``n_layers=0`` layers of attention.

    Sources: Kaplan et al. (2020), section 2.1, for 6N; Chowdhery et al. (2022), appendix B.
    """
    return 6.0 * n_parameters + 12.0 * n_layers * d_model * n_tokens


def peak_flops(device: torch.device, precision: str) -> float | None:
    """Floating-point operations a second that ``device`` promises; None where it is not known.

    ``precision`` is "float32", in which torch leaves the tensor cores aside by default, or
    "bfloat16" on tensor cores.
    """
    if device.type != "cuda":
        return None
    name = torch.cuda.get_device_name(device)
    if any(other in name for other in _OTHERS):
        return None
    peaks = next((peaks for part, peaks in _PEAKS.items() if part in name), {})
    return peaks[precision] * _TERA if precision in peaks else None


def mfu(tokens_per_second: float, flops_per_token: float, peak: float) -> float:
    """Model FLOPs utilisation: the share of ``peak`` that the model's own arithmetic uses.

    Source: Chowdhery et al. (2022), appendix B. Raises ``ValueError`` for a peak that is not
    above 0.
    """
    if peak <= 0:
        raise ValueError(f"peak={peak} is not above 0")
    return tokens_per_second * flops_per_token / peak

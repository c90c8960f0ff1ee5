"""The tables of pictures: pixels, patches, pairs, captions, codes."""

import torch
from cases import Case, Entry, floats, ids_tensor, texts, whole
from torch import nn

from lmbook.data.sets import emoji
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.multimodal import (
    captioning,
    clip,
    contrastive,
    convolution,
    pair_training,
    patches,
    twins,
    vq,
)

IMAGES, SQUARE = torch.rand(2, 3, 8, 8), torch.zeros(2, 2)
PICTURES = [*floats(2, 3, 8, 8), Case("one picture", IMAGES[0])]
TINY = dict(image_size=8, patch_size=4, n_channels=3)
VIT = patches.ViTConfig(**TINY, d_model=8, n_layers=1, n_heads=2, d_ff=8)
CLIP = clip.ClipConfig(
    **TINY, d_image=8, n_image_layers=1, n_image_heads=2, vocab_size=6, n_positions=5, d_text=8,
    n_text_layers=1, n_text_heads=2, d_shared=4, eos_id=0,
)  # fmt: skip
GPT_SIZES = GPTConfig(
    vocab_size=6, n_positions=9, d_model=8, n_layers=1, n_heads=2, d_ff=8, start_id=0
)


def of_pictures():
    yield Entry(
        "data.sets.emoji.draw_emoji",
        lambda: (emoji.draw_emoji, {"characters": ["🟥"], "size": 8}),
        {"characters": texts("characters"), "size": whole(8)},
    )
    yield Entry(
        "multimodal.patches.patchify",
        lambda: (patches.patchify, {"images": IMAGES, "size": 4}),
        {"images": PICTURES, "size": [*whole(1), Case("no divisor", 3, ("8",))]},
    )
    yield Entry(
        "multimodal.patches.unpatchify",
        lambda: (patches.unpatchify, {"patches": torch.rand(2, 4, 12), "size": 2}),
        {"patches": [*floats(2, 4, 12), Case("no square", torch.rand(2, 3, 12))], "size": whole(1)},
    )
    networks = {
        "patches.ViT": patches.ViT(VIT),
        "patches.ViTSummary": patches.ViTSummary(VIT),
        "clip.ImageTower": clip.ImageTower(CLIP),
        "convolution.ConvEncoder": convolution.ConvEncoder((4,)),
    }
    for name, network in networks.items():
        yield Entry(
            f"multimodal.{name}.forward",
            lambda network=network: (network, {"images": IMAGES}),
            {"images": [*PICTURES, Case("one channel", IMAGES[:, :1])]},
        )


def of_pairs():
    square = [*floats(2, 2), Case("wide", torch.zeros(2, 3)), Case("empty", torch.zeros(0, 0))]
    yield Entry(
        "multimodal.contrastive.clip_loss",
        lambda: (contrastive.clip_loss, {"logits": SQUARE}),
        {"logits": square},
    )
    yield Entry(
        "multimodal.contrastive.recall_of_pairs",
        lambda: (contrastive.recall_of_pairs, {"similarity": SQUARE, "k": 1}),
        {"similarity": square, "k": whole(1)},
    )
    model = clip.Clip(CLIP)
    ids = torch.zeros(2, 3, dtype=torch.long)
    yield Entry(
        "multimodal.clip.TextTower.forward", lambda: (model.text, {"ids": ids}),
        {"ids": [*ids_tensor(6), Case("too long", torch.zeros(2, 6, dtype=torch.long), ("5",))]},
    )  # fmt: skip
    yield Entry(
        "multimodal.pair_training.moved",
        lambda: (pair_training.moved, {"images": IMAGES, "most": 1}),
        {"images": PICTURES, "most": whole(0)},
    )
    towers = contrastive.TwoTowers(convolution.ConvEncoder((4,)), nn.Identity(), 4, 5, 3)
    steps = {"n_steps": 1, "batch_size": 2, "generator": torch.Generator()}
    yield Entry(
        "multimodal.pair_training.train_towers",
        lambda: (
            pair_training.train_towers,
            {"model": towers, "images": IMAGES, "texts": torch.rand(2, 5), **steps},
        ),
        {"images": PICTURES, "n_steps": whole(1), "batch_size": [*whole(2), Case("many", 3)]},
    )
    yield Entry(
        "multimodal.twins.give_weights",
        lambda: (twins.give_weights, {"model": nn.Sequential(), "like": {}, "names": {}}),
        {"model": [Case("text", "ab")], "like": [Case("text", "ab")]},
    )


def of_captions():
    captioner = captioning.Captioner(GPT(GPT_SIZES), 3, n_prefix=2, d_hidden=4)
    vectors, ids = torch.rand(2, 3), torch.zeros(2, 3, dtype=torch.long)
    few = [*floats(2, 3), Case("narrow", torch.rand(2, 2))]
    yield Entry(
        "multimodal.captioning.Captioner.forward",
        lambda: (captioner, {"vectors": vectors, "ids": ids}),
        {"ids": ids_tensor(6), "vectors": [*few, Case("more pictures", torch.rand(3, 3))]},
    )
    yield Entry(
        "multimodal.captioning.Captioner.caption",
        lambda: (captioner.caption, {"vectors": vectors, "n_tokens": 2, "end_id": 0}),
        {"n_tokens": whole(1), "vectors": few},
    )
    yield Entry(
        "multimodal.captioning.caption_loss",
        lambda: (captioning.caption_loss, {"logits": torch.zeros(2, 4, 6), "ids": ids}),
        {"ids": ids_tensor(None), "logits": [*floats(2, 4, 6), Case("few", torch.zeros(2, 3, 6))]},
    )
    quantizer = vq.VectorQuantizer(6, 3).eval()
    yield Entry(
        "multimodal.vq.VectorQuantizer.forward",
        lambda: (quantizer, {"x": vectors}),
        {"x": [*few, Case("empty", vectors[:0])]},
    )
    yield Entry(
        "multimodal.vq.VectorQuantizer.decode",
        lambda: (quantizer.decode, {"ids": ids}),
        {"ids": ids_tensor(6)},
    )


def tables():
    for part in (of_pictures, of_pairs, of_captions):
        yield from part()

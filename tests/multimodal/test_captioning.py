import pytest
import torch
from torch.testing import assert_close

from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.multimodal.captioning import Captioner, caption_loss

END = 9


def gpt():
    torch.manual_seed(0)
    config = GPTConfig(
        vocab_size=10, n_positions=12, d_model=16, n_layers=1, n_heads=2, d_ff=32, dropout=0.0,
        start_id=0, init_std=0.4,
    )  # fmt: skip
    return GPT(config).eval()


def llama():
    torch.manual_seed(0)
    return Llama(
        LlamaConfig(
            vocab_size=10, n_positions=12, d_model=16, n_layers=1, n_heads=2, n_kv_heads=2,
            d_ff=32, start_id=0,
        )
    ).eval()  # fmt: skip


@pytest.mark.parametrize("make", [gpt, llama])
def test_a_prefix_of_tokens_embeddings_gives_what_the_tokens_give(make):
    model = make()
    captioner = Captioner(model, 3, n_prefix=2)
    captioner.prefix = lambda vectors: model.embedding(torch.tensor([[4, 5]]))
    ids = torch.tensor([[1, 2, 3]])
    expected = model(torch.tensor([[4, 5, 1, 2, 3]]))[0][:, 1:]
    assert_close(captioner(torch.zeros(1, 3), ids), expected, atol=1e-5, rtol=0)
    assert_close(model(ids)[0], make()(ids)[0])  # the hook is gone


def test_only_the_prefix_learns_and_it_learns_to_tell_four_pictures_apart():
    captioner = Captioner(gpt(), 4, n_prefix=2, d_hidden=16)
    before = captioner.language_model.embedding.weight.clone()
    pictures = torch.eye(4)
    ids = torch.tensor([[1, 2, END], [3, END, 0], [4, 5, END], [6, END, 0]])
    targets = ids.masked_fill(torch.tensor([[0, 0, 0], [0, 0, 1]] * 2).bool(), -100)
    learned = [p for p in captioner.parameters() if p.requires_grad]
    assert len(learned) == 4
    optimizer = torch.optim.Adam(learned, lr=0.01)
    for _ in range(150):
        loss = caption_loss(captioner(pictures, ids), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    written = captioner.caption(pictures, 5, END)
    assert [row[0] for row in written] == [1, 3, 4, 6]
    assert written[3] == [6]  # the end is not part of a caption
    assert torch.equal(captioner.language_model.embedding.weight, before)


def test_the_loss_looks_at_every_token_and_the_end_by_hand():
    logits = torch.zeros(1, 3, 4)
    logits[0, 0, 1] = 2.0  # −2 + ln(e² + 3) = 0.340762; the second token: ln 4 = 1.386294
    loss = caption_loss(logits, torch.tensor([[1, 0]]))
    assert_close(loss, torch.tensor((0.340762 + 1.386294) / 2), atol=1e-5, rtol=0)


def test_what_does_not_fit_is_named():
    captioner = Captioner(gpt(), 3)
    with pytest.raises(ValueError, match="vectors have 2 entries, not 3"):
        captioner(torch.zeros(1, 2), torch.ones(1, 1, dtype=torch.long))
    with pytest.raises(ValueError, match="one step more is needed"):
        caption_loss(torch.zeros(1, 2, 4), torch.ones(1, 2, dtype=torch.long))
    with pytest.raises(ValueError, match="n_prefix=0 is below 1"):
        Captioner(gpt(), 3, n_prefix=0)

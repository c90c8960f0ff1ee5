import pytest
import torch

from lmbook.data.sets.emoji import SPLITS, draw_emoji, load_emoji


def test_an_emoji_has_both_names_and_its_place_in_the_chart():
    known = {e.character: e for split in SPLITS for e in load_emoji(split)}
    apple = known["🍎"]
    assert (apple.name, apple.chinese) == ("red apple", "红苹果")
    assert (apple.group, apple.subgroup) == ("Food & Drink", "food-fruit")
    assert len({e.group for e in known.values()}) == 8
    assert all(
        name == name.strip() and name for e in known.values() for name in (e.name, e.chinese)
    )


def test_the_splits_share_nothing_and_have_not_changed():
    parts = [load_emoji(split) for split in SPLITS]
    assert [len(part) for part in parts] == [1072, 100, 200]
    names = [e.name for part in parts for e in part]
    assert len(set(names)) == len(names) == 1372


def test_clocks_and_hearts_are_in_training_alone():
    series = {"time", "heart", "arrow", "geometric"}
    held_out = {e.subgroup for split in ("validation", "test") for e in load_emoji(split)}
    assert not series & held_out
    assert series <= {e.subgroup for e in load_emoji("train")}


def test_a_picture_is_what_its_name_says():
    red, blue = draw_emoji(["🟥", "🟦"], size=16)
    assert red.shape == (3, 16, 16) and 0 <= red.min() <= red.max() <= 1
    centre = red[:, 8, 8]
    assert centre[0] > 0.7 > 0.4 > centre[2]
    assert blue[2, 8, 8] > blue[0, 8, 8]
    assert torch.all(red[:, 0, 0] == 1)  # a white border


def test_what_cannot_be_drawn_or_loaded_is_named():
    with pytest.raises(ValueError, match="split='dev' is not one of train, validation, test"):
        load_emoji("dev")
    with pytest.raises(ValueError, match="'x', which is not one of the emoji"):
        draw_emoji(["x"])
    with pytest.raises(ValueError, match="characters is empty"):
        draw_emoji([])
    with pytest.raises(ValueError, match="size=4 is below 8"):
        draw_emoji(["🟥"], size=4)

import re

import pytest

from curate.errors import ModelError
from curate.vision.card import Installed
from curate.vision.registry import (
    OFFLINE,
    cards,
    find_card,
    find_detector,
    find_embedder,
)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ModelError, match=r"'yolo99'.*nanodet.*sscd"):
        find_card("yolo99")


def test_an_embedder_is_no_detector():
    with pytest.raises(ModelError, match="No detector is called 'sscd'"):
        find_detector("sscd")
    assert find_embedder("sscd").role == "embedder"


def test_the_offline_models_need_neither_a_hub_nor_a_library():
    assert [find_card(name).role for name in OFFLINE] == ["detector", "embedder", "segmenter", "remover"]
    for name in OFFLINE:
        assert find_card(name).library is None
        assert find_card(name).files[0].sha256


def test_names_are_unique_and_every_card_is_whole():
    names = [card.name for card in cards()]
    assert len(set(names)) == len(names)
    for card in cards():
        assert card.input_size > 0 or isinstance(card.source, Installed)
        assert re.fullmatch(r"[a-z0-9-]+/\d+", card.recipe)
        assert (card.role == "embedder") == bool(card.dimension) == (card.band is not None)


def test_the_band_of_the_paper_belongs_to_the_model_of_the_paper_alone():
    objectmate = [card.name for card in cards() if card.band and card.band.provenance == "objectmate"]
    assert objectmate == ["guie-vit-h14-290"]
    band = find_card("guie-vit-h14-290").band
    assert (band.low, band.high) == (0.93, 0.975)

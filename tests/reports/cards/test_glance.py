"""What is said at a click is what the card then begins with."""

import pytest
from cardstores import material

from lib.layers.target import Target
from lib.reports.cards.clusters import card_of
from lib.reports.cards.glance import glances


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    return material(tmp_path_factory.mktemp("facts"))


@pytest.mark.parametrize("layer", ["clusters", "communes"])
def test_a_glance_is_the_head_of_the_card(facts, layer):
    told = glances(facts)[layer]
    assert (
        set(told)
        == {
            "clusters": set(facts.clusters["cluster_id"]),
            "communes": set(facts.commune_names),
        }[layer]
    )
    for code in sorted(told)[:: 7 if layer == "communes" else 3]:
        card = card_of(facts, Target(layer, code), "vi")
        assert told[code] == (card.title, card.sub, card.leading[0].words)

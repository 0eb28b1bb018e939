"""Returns from a random model, laid out in every way: the model's figures are read, or none."""

import random

import pytest

from tests.reading import generator

COUNT, GROUPS = 30, 10  # 20,000 on demand: python -m tests.reading.generator 20000


@pytest.mark.quick(3)
@pytest.mark.parametrize("group", range(GROUPS))
def test_generated_returns_give_the_models_figures_or_none(group: int) -> None:
    refused = []
    for number in range(COUNT):
        dice = random.Random(f"suite:{group}:{number}")
        sent = dice.choice(generator.LAYOUTS)(dice)
        found = generator.read(sent)
        assert generator.wrong_figures(sent, found) == [], (sent.layout, sent.rows)
        if sent.is_clear and set(found) != set(sent.right):
            refused.append(sent.layout)
    assert len(refused) <= 1

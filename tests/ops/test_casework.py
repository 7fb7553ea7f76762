"""What happens in the cases of the demo is what the product allows, whatever the dice say."""

from __future__ import annotations

from ruangaman.cases import policies
from ruangaman.ops.casework import READERS
from ruangaman.vault.types import Compartment


def test_whoever_may_be_asked_to_read_a_story_may_be_given_it():
    assert all(Compartment.NARRATIVE in policies.offered_to(role) for role in READERS)

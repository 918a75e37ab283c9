from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from projector.io.seen import SeenKeys

KEYS = st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 5))


@given(KEYS, st.integers(1, 7))
def test_it_is_a_set_however_little_it_holds(keys, held):
    seen, plain = SeenKeys(held), set()
    for key in keys:
        assert (key in seen) == (key in plain)
        seen.add(key)
        plain.add(key)
    assert all(key in seen for key in plain)
    assert (6 in seen) == (6 in plain)

"""SentencePiece's normalisation of text, with the place in the original of every character.

The character map is a double-array trie (Aoe 1989; the layout is that of darts-clone) of byte
sequences followed by the replacements, each ended by a zero byte.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

from projector.models.marian.sentencepiece_file import PieceFile

SPACE = "▁"
REPLACEMENT = "�"
Span = tuple[int, int]


class Normaliser:
    """Normalises text as the SentencePiece model was trained on it.

    Raises:
        ValueError: the character map is damaged.
    """

    def __init__(self, file: PieceFile) -> None:
        self.dummy_prefix, self.squeeze = file.dummy_prefix, file.squeeze
        self.suffixes = file.suffixes
        self._trie: tuple[int, ...] = ()
        self._replacements = b""
        blob = file.charsmap
        if blob:
            size = int.from_bytes(blob[:4], "little")
            if len(blob) < 4 or size % 4 or not 0 < size <= len(blob) - 4:
                raise ValueError(f"its character map has {len(blob)} bytes and claims {size}")
            self._trie = struct.unpack_from(f"<{size // 4}I", blob, 4)
            self._replacements = blob[4 + size :]
            _check(np.array(self._trie, np.int64), self._replacements)
        # Most text is plain: what the map leaves alone needs no look-up in the trie.
        self._same = {chr(c) for c in range(33, 127) if self._longest(bytes([c])) is None}
        self._starts = self._first_bytes()

    def __call__(self, text: str) -> tuple[str, list[Span]]:
        """The normalised text, spaces as ▁, and for each character its stretch of ``text``."""
        characters, places = self._mapped(text)
        out: list[str] = []
        spans: list[Span] = []
        gap: Span | None = None
        for character, place in zip(characters, places, strict=True):
            if character == " " and self.squeeze:
                if out or not self.dummy_prefix:
                    gap = gap or place
                continue
            if gap is not None and out:
                out.append(SPACE)
                spans.append(gap)
            elif not out and self.dummy_prefix and not self.suffixes:
                out.append(SPACE)
                spans.append((place[0], place[0]))
            gap = None
            out.append(SPACE if character == " " else character)
            spans.append(place)
        if out and self.dummy_prefix and self.suffixes:
            out.append(SPACE)
            spans.append((spans[-1][1], spans[-1][1]))
        return "".join(out), spans

    def _mapped(self, text: str) -> tuple[list[str], list[Span]]:
        """Characters after the character map, and the stretch of ``text`` that each came from."""
        characters: list[str] = []
        places: list[Span] = []
        at, size, same, starts = 0, len(text), self._same, self._starts
        while at < size:
            character = text[at]
            if character in same and (
                at + 1 == size or text[at + 1] in same or text[at + 1] == " "
            ):
                characters.append(character)
                places.append((at, at + 1))
                at += 1
                continue
            if "\ud800" <= character <= "\udfff":  # half a character: no UTF-8
                characters.append(REPLACEMENT)
                places.append((at, at + 1))
                at += 1
                continue
            found = None
            if starts and character.encode()[0] in starts:
                ahead = text[at : at + 16].encode("utf-8", "replace")
                found = self._longest(ahead)
            if found is None:
                characters.append(character)
                places.append((at, at + 1))
                at += 1
                continue
            length, replacement = found
            end = at + len(ahead[:length].decode("utf-8", "ignore"))
            characters.extend(replacement)
            places.extend([(at, end)] * len(replacement))
            at = max(end, at + 1)
        return characters, places

    def _longest(self, data: bytes) -> tuple[int, str] | None:
        """The longest entry of the map that begins ``data``: its bytes and the replacement."""
        trie = self._trie
        if not trie:
            return None
        best = None
        node = _offset(trie[0])
        for length, byte in enumerate(data, 1):
            node ^= byte
            unit = trie[node]
            if unit & 0x800000FF != byte:
                break
            node ^= _offset(unit)
            if unit >> 8 & 1:
                best = length, trie[node] & 0x7FFFFFFF
        if best is None:
            return None
        length, start = best
        end = self._replacements.index(b"\0", start)
        return length, self._replacements[start:end].decode("utf-8", "replace")

    def _first_bytes(self) -> frozenset[int]:
        """Bytes with which an entry of the map can begin."""
        trie = self._trie
        if not trie:
            return frozenset()
        root = _offset(trie[0])
        return frozenset(
            byte
            for byte in range(256)
            if root ^ byte < len(trie) and trie[root ^ byte] & 0x800000FF == byte
        )


def _offset(unit: int) -> int:
    return (unit >> 10) << ((unit & 0x200) >> 6)


def _check(units: npt.NDArray[np.int64], replacements: bytes) -> None:
    """Raise ValueError where a text could lead out of the trie or of the replacements.

    A unit's children lie in the block of 256 that its offset leads to; all units are followed
    from the root, a byte deeper each time.
    """
    outside = ValueError("its character map leads outside itself")
    count = len(units)
    places = np.arange(count)
    following = places ^ (units >> 10 << ((units & 0x200) >> 6))
    owner = places ^ (units & 0xFF)  # where the children begin of the unit that has this one
    inner = ((units & 0x80000000) == 0) & (owner < count)
    seen = np.zeros(count, np.bool_)  # units' offsets that texts can reach
    fresh = np.array([_offset(int(units[0]))])
    while len(fresh):
        if ((fresh | 0xFF) >= count).any():
            raise outside
        seen[fresh] = True
        reached = inner & seen[np.minimum(owner, count - 1)]
        ended = reached & (units >> 8 & 1 == 1)
        if (following[ended] >= count).any():
            raise outside
        values = units[following[ended]] & 0x7FFFFFFF
        if len(values) and int(values.max()) > replacements.rfind(b"\0"):
            raise outside
        goals = np.unique(following[reached])
        if len(goals) and int(goals[-1]) >= count:
            raise outside
        fresh = goals[~seen[goals]]

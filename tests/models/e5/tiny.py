"""A writer of tiny files in the encoder's format: seeded weights, some thirty pieces."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from projector.models.e5.file import (
    BLOCK,
    BLOCK_TYPE,
    FLOAT32,
    FOUR_BITS,
    MAGIC,
    VERSION,
    Sizes,
    Specials,
)

SIZES = Sizes(width=64, layers=2, heads=4, inner=96, rows=40, positions=20, types=2)
EPSILON = 0.01  # large, so that it shows
PIECES = [
    *("<s>", "<pad>", "</s>", "<unk>", "▁", "a", "b", "c", "é", "я", "▁a", "ab", "▁ab", "bc"),
    *("▁query", ":", "家", "▁家", "query", "abc", "ca", "▁c", "cab", "▁b", "ba", "😀", "▁query:"),
    *("aa", "bb", "<mask>"),
]
SPECIALS = Specials(begin=0, end=2, padding=1, unknown=3)
NORMAL = {0x200B: "", 0x2026: "...", 0x3000: " "}


def shapes(sizes: Sizes = SIZES) -> dict[str, tuple[int, ...]]:
    """The tensors of such a file in its order; those of two lengths are in four bits, but for
    `emb.pos` and `emb.type`."""
    width, inner = sizes.width, sizes.inner
    found: dict[str, tuple[int, ...]] = {
        "emb.word": (sizes.rows, width),
        "emb.pos": (sizes.positions, width),
        "emb.type": (sizes.types, width),
        "emb.ln.w": (width,),
        "emb.ln.b": (width,),
    }
    for n in range(sizes.layers):
        linear = dict.fromkeys(("q", "k", "v", "ao"), (width, width))
        linear |= {"fi": (inner, width), "fo": (width, inner)}
        for name, shape in linear.items():
            found[f"l{n}.{name}.w"] = shape
            found[f"l{n}.{name}.b"] = shape[:1]
        for name in ("aln", "oln"):
            found[f"l{n}.{name}.w"] = found[f"l{n}.{name}.b"] = (width,)
    return found


def in_full(name: str) -> bool:
    """Whether a tensor is kept as float32."""
    return name in ("emb.pos", "emb.type") or name.endswith((".b", "ln.w"))


@dataclass
class Tiny:
    """What is written.

    Attributes:
        halves: of tensors of four bits, numbers 0 to 15, (rows, columns).
        scales: of their blocks, float16, (rows, blocks).
        full: the others.
    """

    sizes: Sizes = SIZES
    epsilon: float = EPSILON
    block: int = BLOCK
    pieces: list[str] = field(default_factory=lambda: list(PIECES))
    scores: list[float] = field(default_factory=list)
    specials: Specials = SPECIALS
    normal: dict[int, str] = field(default_factory=lambda: dict(NORMAL))
    halves: dict[str, np.ndarray] = field(default_factory=dict)
    scales: dict[str, np.ndarray] = field(default_factory=dict)
    full: dict[str, np.ndarray] = field(default_factory=dict)

    def matrix(self, name: str) -> np.ndarray:
        """The weights of a tensor, reckoned one by one."""
        if name in self.full:
            return self.full[name]
        halves, scales = self.halves[name], self.scales[name]
        out = np.zeros(halves.shape, np.float32)
        for row, column in np.ndindex(halves.shape):
            scale = float(scales[row, column // BLOCK])
            out[row, column] = (float(halves[row, column]) - 8) * scale
        return out


def make_tiny(seed: int = 0, sizes: Sizes = SIZES) -> Tiny:
    """Random contents."""
    random = np.random.default_rng(seed)
    made = Tiny(sizes)
    made.scores = random.uniform(-9, -1, len(PIECES)).astype(np.float32).tolist()
    for name, shape in shapes(sizes).items():
        if in_full(name):
            middle = 1.0 if name.endswith("ln.w") else 0.0
            made.full[name] = random.normal(middle, 0.3, shape).astype(np.float32)
        else:
            made.halves[name] = random.integers(0, 16, shape).astype(np.uint8)
            blocks = (shape[0], shape[1] // BLOCK)
            made.scales[name] = random.uniform(0.01, 0.06, blocks).astype(np.float16)
    return made


def packed(halves: np.ndarray, scales: np.ndarray) -> bytes:
    """A tensor of four bits as it stands in the file."""
    blocks = np.zeros(scales.shape, BLOCK_TYPE)
    by_block = halves.reshape(*scales.shape, BLOCK)
    blocks["scale"] = scales
    blocks["halves"] = by_block[..., : BLOCK // 2] | by_block[..., BLOCK // 2 :] << 4
    return blocks.tobytes()


def head_of(made: Tiny) -> bytes:
    """All before the directory."""
    texts = [piece.encode() for piece in made.pieces]
    bounds = np.cumsum([0, *map(len, texts)]).astype("<u4")
    entries = b"".join(
        struct.pack(f"<IB{len(to)}I", character, len(to), *map(ord, to))
        for character, to in made.normal.items()
    )
    return b"".join(
        (
            MAGIC,
            struct.pack("<I7ifi", VERSION, *made.sizes, made.epsilon, made.block),
            struct.pack("<5iQ", len(texts), *made.specials, int(bounds[-1])),
            bounds.tobytes(),
            np.array(made.scores, "<f4").tobytes(),
            *texts,
            struct.pack("<iI", len(made.normal), len(entries)),
            entries,
        )
    )


def bytes_of(made: Tiny) -> bytes:
    """The whole file."""
    bodies = {
        name: (FLOAT32, made.full[name].astype("<f4").tobytes())
        if name in made.full
        else (FOUR_BITS, packed(made.halves[name], made.scales[name]))
        for name in shapes(made.sizes)
    }
    many = {name: int(np.prod(shape)) for name, shape in shapes(made.sizes).items()}
    head = head_of(made)
    place = len(head) + 4 + sum(2 + len(name) + 1 + 4 + 16 for name in bodies)
    directory = struct.pack("<i", len(bodies))
    for name, (kind, body) in bodies.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, many[name], place, len(body))
        place += len(body)
    return head + directory + b"".join(body for _, body in bodies.values())


def write_tiny(path: Path, made: Tiny) -> Path:
    """Write the file; its path."""
    path.write_bytes(bytes_of(made))
    return path

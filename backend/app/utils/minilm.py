"""Sentence vectors of all-MiniLM-L6-v2 in plain numpy: no torch, no network.

Vectors of equal texts are equal for any batch on one machine; across CPU types and thread counts they differ by about
1e-7, so every cosine that decides something is rounded to 4 decimals first (`similarity`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

from app.utils.paths import models_dir

SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
LAYERS, HEADS, WIDTH, LONGEST = 6, 12, 384, 256

Vectors = NDArray[np.float32]


class MiniLM:
    """The encoder; about 90 MB, safe to share between threads (it holds no state besides the weights)."""

    def __init__(self, folder: Path) -> None:
        """Load and check the two model files in `folder`. Raises RuntimeError when a file is not the pinned one."""
        for name, sha256 in SHA256.items():
            path = folder / name
            if not path.exists():
                raise RuntimeError(f"the model file minilm/{name} is missing: run `make setup`")
            if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                raise RuntimeError(f"the model file minilm/{name} does not have the pinned sha256: run `make setup`")
        self._weights = load_file(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)

    def encode(self, texts: Sequence[str], batch: int = 64) -> Vectors:
        """Unit vectors, shape (len(texts), 384), float32. Texts over 256 word pieces are cut there."""
        # Texts of equal token count share a batch, so there is no padding and no mask.
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        by_length: dict[int, list[int]] = {}
        for row, tokens in enumerate(ids):
            by_length.setdefault(len(tokens), []).append(row)
        out = np.zeros((len(ids), WIDTH), np.float32)
        for rows in by_length.values():
            for k in range(0, len(rows), batch):
                part = rows[k : k + batch]
                out[part] = self._forward(np.array([ids[row] for row in part]))
        return out

    def _linear(self, x: Vectors, name: str) -> Vectors:
        return np.asarray(x @ self._weights[name + ".weight"].T + self._weights[name + ".bias"])

    def _norm(self, x: Vectors, name: str) -> Vectors:
        centred = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(1e-12))
        return np.asarray(centred / scale * self._weights[name + ".weight"] + self._weights[name + ".bias"])

    def _layer(self, x: Vectors, name: str) -> Vectors:
        batch, length, _ = x.shape
        query, key, value = (
            self._linear(x, f"{name}.attention.self.{part}")
            .reshape(batch, length, HEADS, WIDTH // HEADS)
            .transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(WIDTH // HEADS))
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(batch, length, WIDTH)
        x = self._norm(x + self._linear(mixed, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm")
        hidden = self._linear(x, f"{name}.intermediate.dense")
        hidden = (hidden * np.float32(0.5) * (1 + erf(hidden / np.float32(np.sqrt(2))))).astype(np.float32)
        return self._norm(x + self._linear(hidden, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _forward(self, ids: NDArray[np.int64]) -> Vectors:
        weights = self._weights
        x = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        x = self._norm(x, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{layer}")
        pooled = x.mean(1)
        return np.asarray(pooled / np.linalg.norm(pooled, axis=1, keepdims=True), dtype=np.float32)


@lru_cache(maxsize=1)
def encoder() -> MiniLM:
    """The process-wide encoder, loaded at first use from the models folder."""
    return MiniLM(models_dir() / "minilm")


def similarity(left: Vectors, right: Vectors) -> NDArray[np.float64]:
    """Cosines of unit vectors, shape (len(left), len(right)), rounded to 4 decimals so that hosts agree."""
    return np.round(left.astype(np.float64) @ right.astype(np.float64).T, 4)

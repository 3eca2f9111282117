"""What distinguishes one interviewer from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Colour = tuple[int, int, int]
"""sRGB, 0..255."""


@dataclass(frozen=True)
class Hair:
    """A hairstyle and its colours. Heights are parts of the way from the eyes (0) to the crown (1)."""

    style: str
    colour: Colour
    light: Colour
    """Colour of the strands that catch the light."""
    volume: float = 0.14
    """Distance of the hair's surface from the skull, decimetres."""
    hairline: float = 0.68
    """Height of the hairline in the middle of the forehead."""
    temples: float = 0.56
    """Height of the hairline at the temples; much lower than `hairline` means no recession."""
    part: float = 18.0
    """Side of the parting, degrees from the middle; positive is the figure's left."""


@dataclass(frozen=True)
class Outfit:
    """Clothes from the outside in. A colour of None means the piece is not worn."""

    jacket: Colour | None = None
    jacket_fabric: str = "suiting"
    lapels: bool = True
    top: Colour = (236, 238, 242)
    top_fabric: str = "poplin"
    neck: str = "crew"
    """`crew`, `scoop`, `vee`, `roll`, or `collar` (shirt collar)."""
    collar: Colour | None = None
    """Shirt collar under a jumper or jacket."""
    tie: Colour | None = None
    open_collar: bool = True


@dataclass(frozen=True)
class Character:
    """The recipe of one interviewer. Names and voices are in `cast.json`."""

    id: str
    seed: int
    gender: str
    age: float
    """0 is MakeHuman's young adult, 1 its old one."""
    ancestry: tuple[float, float, float]
    """Weights of the three MakeHuman ancestry targets, in the order of `figure.ANCESTRIES`."""
    skin: Colour
    lip: Colour
    iris: Colour
    hair: Hair
    outfit: Outfit
    weight: float = 0.0
    """-1 is MakeHuman's least, 1 its greatest body weight."""
    lids: float = 0.10
    """How far the upper lids rest below the base mesh's wide-open eyes."""
    brows: Colour = (50, 38, 30)
    brow_weight: float = 1.0
    beard: float = 0.0
    """0 clean-shaven, 0.3 shadow, 1 a short full beard."""
    makeup: float = 0.0
    glasses: Colour | None = None
    details: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """MakeHuman targets and weights; `*` stands for both sides."""

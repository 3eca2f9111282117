"""Facial expressions and visemes as mixes of ARKit face units, so that they need no geometry of their own.

Viseme names are the Oculus set; the mixes were tuned by eye on the built faces.
"""

from __future__ import annotations

Mix = dict[str, float]


def both(name: str, weight: float) -> Mix:
    """The same weight on the left and the right unit."""
    return {f"{name}Left": weight, f"{name}Right": weight}


# fmt: off
VISEMES: dict[str, Mix] = {
    "sil": {},
    "PP": {"mouthClose": 0.10, **both("mouthPress", 0.34), "mouthRollLower": 0.24, "mouthRollUpper": 0.22,
           "mouthPucker": 0.08},
    "FF": {"jawOpen": 0.05, "mouthRollLower": 0.72, **both("mouthUpperUp", 0.30)},
    "TH": {"jawOpen": 0.15, "tongueOut": 0.45, **both("mouthUpperUp", 0.15), **both("mouthLowerDown", 0.20)},
    "DD": {"jawOpen": 0.13, **both("mouthUpperUp", 0.12), **both("mouthLowerDown", 0.26), **both("mouthStretch", 0.10)},
    "kk": {"jawOpen": 0.19, **both("mouthLowerDown", 0.20), **both("mouthStretch", 0.12)},
    "CH": {"jawOpen": 0.10, "mouthFunnel": 0.44, "mouthPucker": 0.28, **both("mouthUpperUp", 0.10)},
    "SS": {"jawOpen": 0.05, **both("mouthStretch", 0.30), **both("mouthLowerDown", 0.28), **both("mouthUpperUp", 0.12)},
    "nn": {"jawOpen": 0.12, **both("mouthLowerDown", 0.20)},
    "RR": {"jawOpen": 0.10, "mouthFunnel": 0.32, "mouthPucker": 0.20},
    "aa": {"jawOpen": 0.48, **both("mouthLowerDown", 0.20), **both("mouthUpperUp", 0.12)},
    "E": {"jawOpen": 0.26, **both("mouthStretch", 0.28), **both("mouthLowerDown", 0.22), **both("mouthUpperUp", 0.10)},
    "I": {"jawOpen": 0.14, **both("mouthSmile", 0.26), **both("mouthStretch", 0.22), **both("mouthLowerDown", 0.20)},
    "O": {"jawOpen": 0.32, "mouthFunnel": 0.42, "mouthPucker": 0.28},
    "U": {"jawOpen": 0.14, "mouthPucker": 0.60, "mouthFunnel": 0.25},
}

PRESETS: dict[str, Mix] = {
    "aa": VISEMES["aa"], "ih": VISEMES["I"], "ou": VISEMES["U"], "ee": VISEMES["E"], "oh": VISEMES["O"],
    "blink": both("eyeBlink", 1), "blinkLeft": {"eyeBlinkLeft": 1}, "blinkRight": {"eyeBlinkRight": 1},
    "happy": {**both("mouthSmile", 0.62), **both("cheekSquint", 0.45), **both("eyeSquint", 0.30),
              **both("mouthUpperUp", 0.10), "browInnerUp": 0.06},
    "relaxed": {**both("mouthSmile", 0.22), **both("cheekSquint", 0.10), "browInnerUp": 0.06},
    "surprised": {"browInnerUp": 0.60, **both("browOuterUp", 0.55), **both("eyeWide", 0.35), "jawOpen": 0.08},
    "sad": {"browInnerUp": 0.50, **both("mouthFrown", 0.40)},
    "angry": {**both("browDown", 0.60), **both("mouthPress", 0.30)},
    "neutral": {},
    # The eyes are turned by their bones; these move the lids along and are meant for the driver to mix in.
    "lookUp": both("eyeLookUp", 0.8), "lookDown": both("eyeLookDown", 0.45),
    "lookLeft": {"eyeLookOutLeft": 1, "eyeLookInRight": 1},
    "lookRight": {"eyeLookOutRight": 1, "eyeLookInLeft": 1},
}

CUSTOM: dict[str, Mix] = {
    **{f"viseme_{name}": mix for name, mix in VISEMES.items()},
    "attentive": {"browInnerUp": 0.22, **both("browOuterUp", 0.10), **both("mouthSmile", 0.12)},
    "thinking": {**both("browDown", 0.25), **both("eyeSquint", 0.22), "mouthPucker": 0.12, "mouthLeft": 0.12},
    "smile_soft": {**both("mouthSmile", 0.34), **both("mouthDimple", 0.10), **both("cheekSquint", 0.28),
                   **both("eyeSquint", 0.20), "browInnerUp": 0.05},
}
# fmt: on

UNITS: tuple[str, ...] = tuple(sorted({unit for mix in (*PRESETS.values(), *CUSTOM.values()) for unit in mix}))
"""Face units that some expression uses, in the order of the morph targets; the others are left out of the files."""

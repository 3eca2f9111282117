"""The interviewers. Ids match `cast.json`; how to add one is in the README."""

from __future__ import annotations

from builder.character import Character, Hair, Outfit

# fmt: off
CAST: tuple[Character, ...] = (
    Character(
        id="maya", seed=3, gender="female", age=0.16, ancestry=(0.20, 0.30, 0.50), weight=-0.1,
        skin=(214, 164, 134), lip=(178, 92, 88), iris=(88, 56, 32), makeup=0.5, brows=(52, 36, 28), lids=0.10,
        hair=Hair("bob", (66, 43, 31), (138, 98, 68), volume=0.20, hairline=0.66, temples=0.52, part=16),
        outfit=Outfit(jacket=(38, 48, 74), top=(232, 228, 220), top_fabric="poplin", neck="scoop"),
        details={"head/head-oval": 0.5, "nose/nose-volume-decr": 0.30, "mouth/mouth-upperlip-volume-incr": 0.25,
                 "mouth/mouth-lowerlip-volume-incr": 0.15, "chin/chin-width-decr": 0.25, "eyes/*-eye-scale-incr": 0.25,
                 "mouth/mouth-angles-up": 0.25},
    ),
    Character(
        id="daniel", seed=5, gender="male", age=0.38, ancestry=(0.05, 0.05, 0.90),
        skin=(220, 172, 146), lip=(184, 118, 106), iris=(66, 88, 100), beard=0.22, brows=(74, 54, 38), lids=0.08,
        hair=Hair("swept", (70, 50, 34), (128, 96, 66), volume=0.17, hairline=0.70, temples=0.60, part=22),
        outfit=Outfit(jacket=(56, 59, 66), top=(222, 230, 241), neck="collar", collar=(226, 233, 243),
                      tie=(98, 30, 44), open_collar=False),
        details={"head/head-rectangular": 0.25, "chin/chin-width-incr": 0.15, "eyes/*-eye-scale-incr": 0.30,
                 "mouth/mouth-angles-up": 0.3},
    ),
    Character(
        id="imani", seed=8, gender="female", age=0.22, ancestry=(0.95, 0.0, 0.05),
        skin=(116, 74, 52), lip=(138, 64, 60), iris=(56, 34, 22), makeup=0.55, brows=(26, 18, 15), lids=0.08,
        hair=Hair("afro", (34, 26, 22), (64, 50, 42), volume=0.38, hairline=0.68, temples=0.58),
        outfit=Outfit(jacket=(24, 92, 94), top=(238, 226, 200), neck="scoop"),
        details={"eyes/*-eye-scale-incr": 0.2, "mouth/mouth-angles-up": 0.3, "head/head-oval": 0.3},
    ),
    Character(
        id="kenji", seed=13, gender="male", age=0.12, ancestry=(0.0, 0.95, 0.05), weight=-0.1,
        skin=(222, 178, 144), lip=(186, 120, 104), iris=(52, 36, 26), brows=(30, 26, 24), lids=0.02, beard=0.06,
        hair=Hair("crop", (28, 25, 25), (74, 68, 68), volume=0.22, hairline=0.68, temples=0.54),
        outfit=Outfit(top=(98, 110, 122), top_fabric="knit", neck="crew", collar=(240, 241, 242)),
        details={"eyes/*-eye-scale-incr": 0.35, "mouth/mouth-angles-up": 0.3, "chin/chin-prominent-incr": 0.15,
                 "nose/nose-hump-incr": 0.2},
    ),
    Character(
        id="helen", seed=21, gender="female", age=0.62, ancestry=(0.0, 0.05, 0.95), weight=0.1,
        skin=(228, 184, 162), lip=(176, 98, 98), iris=(92, 112, 108), makeup=0.35, brows=(128, 112, 100), lids=0.04,
        hair=Hair("pixie", (150, 145, 142), (214, 210, 206), volume=0.22, hairline=0.67, temples=0.54, part=-20),
        outfit=Outfit(jacket=(104, 44, 66), lapels=False, top=(236, 230, 222), neck="scoop"),
        glasses=(58, 36, 34),
        details={"eyes/*-eye-scale-incr": 0.3, "mouth/mouth-angles-up": 0.4, "head/head-round": 0.25},
    ),
    Character(
        id="omar", seed=34, gender="male", age=0.30, ancestry=(0.45, 0.15, 0.40),
        skin=(164, 114, 84), lip=(150, 90, 78), iris=(66, 42, 26), beard=1.0, brows=(30, 23, 20), lids=0.02,
        hair=Hair("buzz", (34, 27, 24), (60, 50, 44), volume=0.03, hairline=0.70, temples=0.62),
        outfit=Outfit(jacket=(92, 84, 66), jacket_fabric="tweed", top=(46, 48, 52), top_fabric="knit", neck="roll"),
        details={"eyes/*-eye-scale-incr": 0.3, "mouth/mouth-angles-up": 0.3, "chin/chin-width-incr": 0.1},
    ),
    Character(
        id="priya", seed=55, gender="female", age=0.30, ancestry=(0.15, 0.25, 0.60),
        skin=(182, 130, 98), lip=(156, 76, 72), iris=(58, 36, 22), makeup=0.5, brows=(32, 24, 20), lids=0.08,
        hair=Hair("bun", (50, 35, 29), (118, 88, 70), volume=0.12, hairline=0.68, temples=0.56),
        outfit=Outfit(jacket=(46, 82, 64), top=(230, 222, 206), neck="scoop"),
        details={"eyes/*-eye-scale-incr": 0.35, "mouth/mouth-angles-up": 0.3, "head/head-oval": 0.4,
                 "nose/nose-volume-decr": 0.2},
    ),
    Character(
        id="arthur", seed=89, gender="male", age=0.72, ancestry=(0.0, 0.0, 1.0), weight=0.15,
        skin=(222, 174, 150), lip=(180, 116, 106), iris=(84, 74, 56), beard=0.12, brows=(150, 142, 136), lids=0.02,
        hair=Hair("swept", (148, 143, 140), (206, 202, 198), volume=0.12, hairline=0.78, temples=0.70, part=-24),
        outfit=Outfit(jacket=(44, 56, 82), jacket_fabric="tweed", top=(206, 219, 236), neck="collar",
                      collar=(211, 223, 239)),
        glasses=(40, 40, 44),
        details={"eyes/*-eye-scale-incr": 0.4, "mouth/mouth-angles-up": 0.45, "head/head-round": 0.2},
    ),
)
# fmt: on

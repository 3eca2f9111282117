"""Parts of the face and hands that come from the base mesh: head skin, inner mouth, lashes, eyes, hands."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from builder.decimate import collapse, open_vertices
from builder.figure import SKIN_POINTS, Figure, sample
from builder.geometry import Corners, Floats, Polygon, Sheet, smoothstep, triangulate, vertex_normals
from builder.glb import Part
from builder.scalp import hairline_height

Colour = tuple[float, float, float]
INSIDE: Colour = (0.26, 0.06, 0.06)
TONGUE: Colour = (0.30, 0.10, 0.09)
HAND_TRIANGLES = 2000
"""Of both hands; the base mesh has twice as many, which nobody sees at the size hands have in the room."""
TEETH: Colour = (0.80, 0.76, 0.68)


def base_part(
    figure: Figure, mesh: str, material: str, corners: Corners, normals: Floats, *, morphs: bool = True,
    colours: Floats | None = None,
) -> Part:  # fmt: skip
    """A part whose corners are base mesh vertices, with the face units if asked for."""
    source = np.array(corners.source)
    moved = None
    if morphs:
        moved = {n: (d[source], figure.unit_normals[n][source]) for n, d in figure.units.items()}
    return Part(mesh, material, figure.points[source], normals[source], np.array(corners.uv),
                np.array(corners.triangles), figure.weights[source], moved, colours)  # fmt: skip


def mouth(figure: Figure) -> Part:
    """Inner mouth, teeth and tongue, coloured per vertex; darker towards the throat."""
    corners = Corners()
    front = max(float(figure.points[q][:, 2].max()) for q in figure.group("helper-upper-teeth"))

    def shade(vertex: int, colour: Colour, dark: float) -> Colour:
        f = dark + (1 - dark) * float(smoothstep(0.42, 0.0, front - figure.points[vertex, 2]))
        return colour[0] * f, colour[1] * f, colour[2] * f

    def add(polygons: list[Polygon], colour: Colour) -> None:
        for q in polygons:
            corners.face(q, [(0.98, 0.5)] * len(q), [shade(v, colour, 0.08) for v in q])

    add(figure.mouth_faces, INSIDE)
    add(figure.group("helper-tongue"), TONGUE)
    for name, edge_up in (("helper-upper-teeth", -1), ("helper-lower-teeth", 1)):
        polygons = figure.group(name)
        part = figure.points[np.unique([v for q in polygons for v in q])]
        low, high = float(part[:, 1].min()), float(part[:, 1].max())
        for q in polygons:
            p = figure.points[q]
            arc = np.arctan2(p[:, 0], p[:, 2] - (front - 0.32)) / 1.6
            height = (p[:, 1] - low) / (high - low)
            v = height if edge_up > 0 else 1 - height
            uv = np.stack([0.47 + 0.47 * np.clip(arc, -1, 1), v], -1)
            corners.face(q, uv, [shade(k, TEETH, 0.14) for k in q])
    return base_part(figure, "Head", "mouth", corners, figure.normals, colours=np.array(corners.colour))


def paint_teeth(seed: int, width: int = 256, height: int = 64) -> Image.Image:
    """Ten teeth side by side with soft gaps and gums; v = 1 is the biting edge, the right border is plain white."""
    rng = np.random.default_rng(seed + 150)
    x = (np.arange(width) + 0.5) / width / 0.94 * 12
    v = np.linspace(1, 0, height)[:, None]
    inside = np.abs(x % 1 - 0.5)[None, :] * 2
    gap = smoothstep(0.80, 1.0, inside) * smoothstep(0.15, 0.4, v + 0.35)
    tone = 1 + 0.03 * rng.normal(size=13)[np.minimum(x.astype(int), 12)][None, :]
    image = np.ones((height, width, 3)) * 250 * tone[..., None]
    image *= 1 - (0.16 * gap)[..., None] * np.array([0.8, 1, 1])
    image *= 1 - (0.10 * smoothstep(0.8, 1.0, v))[..., None] * np.array([1, 0.8, 0.5])
    gum = smoothstep(0.46, 0.36, v - 0.10 * (1 - inside**2) + 0.08)[..., None]
    image = image * (1 - gum) + np.array([196, 104, 100]) * gum
    image[:, int(width * 0.95) :] = 255
    return Image.fromarray(np.clip(image, 0, 255).astype("u1"))


def paint_mouth_shade() -> Image.Image:
    """Occlusion: teeth get some of the room's light, the inside of the mouth (right border) almost none."""
    shade = np.full((4, 64), 205, "u1")
    shade[:, 61:] = 12
    return Image.fromarray(np.dstack([shade] * 3))


def lashes(figure: Figure) -> Part:
    """Upper and lower helper strips; v runs from the lid to the tips, the hairs are in the texture's alpha."""
    skin = figure.points[:SKIN_POINTS]
    face = skin[(skin[:, 1] > figure.chin_y) & (skin[:, 2] > figure.head_centre[2])]
    corners = Corners()
    every: list[Polygon] = []
    for strip, low, high in (("2", 0.0, 0.5), ("1", 0.5, 1.0)):
        polygons = figure.group(f"helper-l-eyelashes-{strip}", f"helper-r-eyelashes-{strip}")
        vertices = np.unique([v for q in polygons for v in q])
        gap = np.array([np.sqrt(((face - figure.points[v]) ** 2).sum(1).min()) for v in vertices])
        v_of = dict(zip(vertices.tolist(), np.clip(gap / np.percentile(gap, 92), 0.02, 0.98)))
        for q in polygons:
            corners.face(q, [(abs(figure.points[v, 0]) * 6, low + (high - low) * v_of[v]) for v in q])
        every += polygons
    return base_part(figure, "Head", "lash", corners, vertex_normals(figure.points, triangulate(every)))


def paint_lashes(figure: Figure, width: int = 256, height: int = 128) -> Image.Image:
    """Lower half of v: upper lashes; upper half: the fainter lower lashes. The image's top row is v = 1."""
    rng = np.random.default_rng(figure.character.seed + 200)
    image = np.zeros((height, width, 4))
    image[..., :3] = [22, 15, 13]
    half = height // 2
    strong = 1.0 if figure.female else 0.72
    for top, alpha, reach in ((half, 235 * strong, 1.0), (0, 105 * strong, 0.8)):
        length = np.repeat(0.40 + 0.60 * rng.random(width // 4), 4)[None, :] * reach
        v = np.linspace(1, 0, half)[:, None]
        hair = (v < length) & ((np.arange(width) % 4 < 2)[None, :])
        root = v < (0.26 if top else 0.0)
        fade = np.clip(1.15 - v / np.maximum(length, 0.01) * 0.6, 0, 1)
        image[top : top + half, :, 3] = np.where(root, alpha, np.where(hair, alpha * fade, 0))
    out = Image.fromarray(image.astype("u1"), "RGBA")
    return out.filter(ImageFilter.GaussianBlur(0.6))


def head(figure: Figure, corners: Corners, below_neckline: Callable[[Floats], Floats]) -> Part:
    """The head's skin, cut off cleanly just below the neckline of the clothes."""
    part = base_part(figure, "Head", "skin", corners, figure.normals)
    value = 0.05 - below_neckline(part.points)
    if figure.character.hair.style not in ("buzz",):  # skin under the hair is never seen
        value = np.minimum(value, 0.45 - hairline_height(figure, part.points))
    return clipped(part, value)


def clipped(part: Part, value: Floats) -> Part:
    """The part where `value` per vertex is above 0; everything a vertex has is interpolated along the cut."""
    assert part.morphs is not None
    names = list(part.morphs)
    columns = [part.points, part.normals, part.uv, *(a for n in names for a in part.morphs[n])]
    carried = np.hstack([part.weights, *columns])
    cut = Sheet(part.points, carried, part.triangles, part.normals).clip(lambda _: value)
    joints = part.weights.shape[1]
    blocks = np.split(cut.weights, np.cumsum([joints, *(c.shape[1] for c in columns)])[:-1], axis=1)
    weights, points, normals, uv, *moved = blocks
    morphs = {n: (moved[2 * k], moved[2 * k + 1]) for k, n in enumerate(names)}
    return Part(part.mesh, part.material, points, normals, uv, cut.triangles, weights, morphs)


def hands(figure: Figure) -> Part:
    """Hands and wrists with the base mesh's own UV, stretched to fill the hand texture."""
    corners = Corners()
    low, high = hand_uv_box(figure)
    for q, t in figure.hand_faces:
        corners.face(q, (figure.uv[t] - low) / (high - low))
    normals = vertex_normals(figure.points, triangulate(figure.group("body")))
    part = base_part(figure, "Body", "hand", corners, normals, morphs=False)
    # Seams and wrists are open edges of the unwrapped mesh and stay as they are.
    locked = open_vertices(len(part.points), part.triangles)
    tris = collapse(part.points, part.triangles, locked, HAND_TRIANGLES)
    used = np.unique(tris)
    remap = np.full(len(part.points), -1)
    remap[used] = np.arange(len(used))
    return Part("Body", "hand", part.points[used], part.normals[used], part.uv[used], remap[tris], part.weights[used])


def hand_uv_box(figure: Figure) -> tuple[Floats, Floats]:
    uv = figure.uv[[t for _, ts in figure.hand_faces for t in ts]]
    return uv.min(0) - 0.002, uv.max(0) + 0.002


def paint_hands(figure: Figure, size: int = 512) -> Image.Image:
    """Skin, redder knuckles and finger tips, nails."""
    c = figure.character
    rng = np.random.default_rng(c.seed + 300)
    skin = np.array(c.skin, float)
    low, high = hand_uv_box(figure)
    ys, xs = np.mgrid[0:size, 0:size]
    uv = np.stack([(xs + 0.5) / size, 1 - (ys + 0.5) / size], -1) * (high - low) + low
    image = np.tile(skin * [1.0, 0.97, 0.96], (size, size, 1))
    mottle = Image.fromarray(rng.normal(size=(size // 10, size // 10)).astype("f4"))
    soft = np.asarray(mottle.resize((size, size), Image.Resampling.BICUBIC), float)
    image *= 1 + 0.018 * soft[..., None] * [0.5, 1, 1] + 0.012 * rng.normal(size=(size, size, 1))
    knuckles, dips = np.zeros((size, size)), np.zeros((size, size))
    points = {v: t for q, ts in figure.hand_faces for v, t in zip(q, ts)}
    for side in ("Left", "Right"):
        for finger in ("Index", "Middle", "Ring", "Pinky", "Thumb"):
            for k, reach in ((1, 0.010), (2, 0.006), (3, 0.005)):
                joint = figure.joints[f"{side}Hand{finger}{k}"] + [0, 0.08, 0]
                near = min(points, key=lambda v: float(((figure.points[v] - joint) ** 2).sum()))
                d2 = ((uv - figure.uv[points[near]]) ** 2).sum(-1)
                knuckles = np.maximum(knuckles, np.exp(-d2 / reach**2))
                dips = np.maximum(dips, np.exp(-d2 / (reach * 0.4) ** 2))
    image = image * (1 - 0.35 * knuckles[..., None]) + skin * [0.98, 0.76, 0.72] * 0.35 * knuckles[..., None]
    image *= 1 - 0.10 * dips[..., None]
    nails = sample(figure.wheel.mask("fingernails"), uv)[..., None]
    pale = np.minimum(skin * [1.04, 0.90, 0.88] + [14, 10, 12], 255)
    image = image * (1 - 0.75 * nails) + pale * 0.75 * nails
    return Image.fromarray(np.clip(image, 0, 255).astype("u1"))


def place_eyes(figure: Figure) -> float:
    """Centre each eye behind its lid opening; returns the iris radius in decimetres.

    The upper lid should cover the top of the iris and the lower lid just touch it: less looks startled, more sleepy.
    """
    opening = _opening(figure)
    height = opening[1] - opening[0]
    iris = float(np.clip(0.60 * height, 0.054, 0.066))
    wanted = opening[0] + 0.90 * iris
    shift = float(np.clip(wanted - figure.eye_y, -0.035, 0.035))
    for side in ("Left", "Right"):
        figure.eye[side] = figure.eye[side] + [0, shift, -0.004]
    return iris


def _opening(figure: Figure) -> tuple[float, float]:
    """Lowest and highest y at which the left eyeball can be seen from the front, on its vertical middle line."""
    x, y, z = figure.eye["Left"]
    ys = np.arange(y - 0.15, y + 0.15, 0.004)
    origins = np.stack([np.full_like(ys, x), ys, np.full_like(ys, z + 2)], -1)
    skin = figure.head_hits(origins, np.tile([0.0, 0.0, -1.0], (len(ys), 1)), nearest=True)
    ball = 2 - np.sqrt(np.maximum(figure.eye_radius**2 - (ys - y) ** 2, 0))
    seen = ys[(skin == 0) | (skin > ball + 0.004)]
    return (float(seen.min()), float(seen.max())) if len(seen) else (y - 0.05, y + 0.05)


def eyes(figure: Figure, around: int = 24, along: int = 12) -> Part:
    """Spheres with a slight bulge of the cornea; UV is polar around the pupil."""
    points: list[Floats] = []
    normals: list[Floats] = []
    uv: list[tuple[float, float]] = []
    tris: list[tuple[int, int, int]] = []
    weights: list[Floats] = []
    th = np.linspace(0, 1, along + 1) ** 1.25 * math.pi * 0.72  # the back is never seen
    for side in ("Left", "Right"):
        start = len(points)
        radius = figure.eye_radius * 0.985
        for t in th:
            bulge = 1 + 0.05 * math.exp(-((t / 0.42) ** 4))
            for b in range(around + 1):
                ph = 2 * math.pi * b / around
                n = np.array([math.sin(t) * math.cos(ph), math.sin(t) * math.sin(ph), math.cos(t)])
                points.append(figure.eye[side] + radius * n * bulge)
                normals.append(n)
                uv.append((0.5 + 0.49 * t / th[-1] * math.cos(ph), 0.5 + 0.49 * t / th[-1] * math.sin(ph)))
        for a in range(along):
            for b in range(around):
                p = start + a * (around + 1) + b
                q = p + around + 1
                tris += [(p, q, p + 1), (p + 1, q, q + 1)] if a else [(p, q, q + 1)]
        weights.append(figure.bone_weights(len(points) - start, **{f"{side}Eye": 1.0}))
    return Part("Eyes", "eye", np.array(points), np.array(normals), np.array(uv), np.array(tris), np.vstack(weights))


def paint_eye(figure: Figure, iris_radius: float, size: int = 512) -> Image.Image:
    """Sclera with shaded corners and lid shadow, fibrous iris with a dark rim, pupil, soft catchlight bed."""
    c = figure.character
    rng = np.random.default_rng(c.seed + 400)
    ys, xs = np.mgrid[0:size, 0:size]
    dx, dy = (xs + 0.5) / size * 2 - 1, 1 - (ys + 0.5) / size * 2
    angle = np.arctan2(dy, dx)
    t = np.hypot(dx, dy) / 0.98 * math.pi * 0.72  # angle off the pupil's axis, radians
    rim = math.asin(min(0.99, iris_radius / (figure.eye_radius * 1.01)))

    def inside(edge: float, width: float) -> Floats:
        return np.asarray(smoothstep(edge + width, edge - width, t))[..., None]

    white = np.array([226, 218, 212.0]) * np.ones((size, size, 1))
    white *= 1 - np.clip(t - rim, 0, 1.2)[..., None] * np.array([0.16, 0.26, 0.28])  # warmer, darker corners
    white *= (1 - 0.38 * smoothstep(0.10, 0.62, np.sin(angle) * t))[..., None]  # shadow of the upper lid
    veins = np.abs(np.sin(angle * 9 + 3 * np.sin(t * 9) + rng.normal()))
    white *= 1 - 0.05 * (smoothstep(0.93, 1.0, veins) * smoothstep(0.7, 1.1, t))[..., None] * np.array([0, 1, 1])
    r = np.clip(t / rim, 0, 1.3)
    spokes = np.interp(angle, np.linspace(-math.pi, math.pi, 181), np.r_[rng.normal(size=180), 0])
    fine = np.interp(angle, np.linspace(-math.pi, math.pi, 421), np.r_[rng.normal(size=420), 0])
    iris = np.array(c.iris, float) * (0.95 + 0.13 * spokes[..., None] + 0.10 * fine[..., None])
    iris *= (0.72 + 0.55 * smoothstep(0.25, 0.75, r))[..., None]
    iris *= (1.12 - 0.30 * np.sin(angle))[..., None]  # light gathers opposite the lamp
    iris *= (1 - 0.72 * smoothstep(0.80, 1.0, r))[..., None]
    image = white * (1 - inside(rim, 0.035)) + iris * inside(rim, 0.035)
    image = image * (1 - inside(rim * 0.40, 0.02)) + np.array([9, 8, 8.0]) * inside(rim * 0.40, 0.02)
    image *= (1 - 0.25 * smoothstep(0.22, 0.55, np.sin(angle) * t))[..., None]
    return Image.fromarray(np.clip(image, 0, 255).astype("u1"))

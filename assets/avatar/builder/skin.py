"""Unwraps and paints the skin of the head: complexion, lips, lids, brows, stubble, scalp and soft shadows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from builder.figure import SKIN_POINTS, Figure, sample
from builder.geometry import Corners, Floats, smooth, smoothstep, triangulate, vertex_normals
from builder.scalp import hairline_height

SIZE = 1024


def head_uv(figure: Figure, points: Floats) -> Floats:
    """Cylindrical UV, stretched so that the face gets most of the texture."""
    a = np.arctan2(points[..., 0], points[..., 2] - (figure.head_centre[2] - 0.1))
    u = 0.5 + np.sign(a) * 0.5 * ((np.abs(a) / math.pi) ** 0.75)
    v = 1 - (figure.uv_top - points[..., 1]) / (figure.uv_top - figure.uv_bottom)
    return np.stack([u, v], -1)


@dataclass(frozen=True)
class Atlas:
    """Per texel: position on the head, UV in the base mesh, cavity, and whether any skin is there."""

    position: Floats
    base_uv: Floats
    cavity: Floats
    """Below 0 in creases, above 0 on ridges; about -1..1."""
    hole: Any


def head_corners(figure: Figure) -> tuple[Corners, Atlas]:
    """The head's skin with its new UV, and the atlas to paint it by."""
    corners = Corners()
    cavity = _cavity(figure)
    pieces = []
    for q, t in figure.head_faces:
        uv = head_uv(figure, figure.points[q])
        if uv[:, 0].max() - uv[:, 0].min() > 0.5:  # across the seam at the back of the head
            uv[:, 0] = np.where(uv[:, 0] < 0.5, uv[:, 0] + 1, uv[:, 0])
        corners.face(q, uv)
        for i in range(1, len(q) - 1):
            k = [0, i, i + 1]
            verts = [q[x] for x in k]
            values = np.hstack([figure.points[verts], figure.uv[[t[x] for x in k]], cavity[verts, None]])
            pieces.append((uv[k], values))
    return corners, _rasterise(pieces, SIZE)


def _cavity(figure: Figure) -> Floats:
    """How far each skin point lies below its smoothed surroundings, at two scales."""
    tris = triangulate(figure.group("body"))
    normals = vertex_normals(figure.points, tris)
    out = np.zeros(len(figure.points))
    for rounds, scale in ((3, 0.012), (14, 0.05)):
        around = smooth(figure.points, tris, rounds)
        out += np.clip(((figure.points - around) * normals).sum(1) / scale, -1, 1) / 2
    return out


def _rasterise(pieces: list[tuple[Floats, Floats]], size: int) -> Atlas:
    values = np.zeros((size, size, 6))
    depth = np.full((size, size), -np.inf)
    for uv, corner in pieces:
        p = np.stack([uv[:, 0] * size, (1 - uv[:, 1]) * size], -1)
        x0, y0 = np.floor(p.min(0)).astype(int) - 1
        x1, y1 = np.ceil(p.max(0)).astype(int) + 1
        d = (p[1, 1] - p[2, 1]) * (p[0, 0] - p[2, 0]) + (p[2, 0] - p[1, 0]) * (p[0, 1] - p[2, 1])
        if x1 - x0 > size // 2 or abs(d) < 1e-9:
            continue
        xs, ys = np.meshgrid(np.arange(x0, x1 + 1), np.arange(max(y0, 0), min(y1 + 1, size)))
        l0 = ((p[1, 1] - p[2, 1]) * (xs + 0.5 - p[2, 0]) + (p[2, 0] - p[1, 0]) * (ys + 0.5 - p[2, 1])) / d
        l1 = ((p[2, 1] - p[0, 1]) * (xs + 0.5 - p[2, 0]) + (p[0, 0] - p[2, 0]) * (ys + 0.5 - p[2, 1])) / d
        l2 = 1 - l0 - l1
        m = (l0 > -0.35) & (l1 > -0.35) & (l2 > -0.35)  # negative: bleed past the edge, no seams when filtered
        if not m.any():
            continue
        x, y = xs[m] % size, ys[m]
        value = l0[m][:, None] * corner[0] + l1[m][:, None] * corner[1] + l2[m][:, None] * corner[2]
        inside = np.minimum(np.minimum(l0[m], l1[m]), l2[m])
        rank = value[:, 2] + np.minimum(inside, 0) * 4  # the front surface, and true coverage before bleeding
        front = rank > depth[y, x]
        values[y[front], x[front]] = value[front]
        depth[y[front], x[front]] = rank[front]
    return Atlas(values[..., :3], values[..., 3:5], values[..., 5], np.isinf(depth))


def tint(image: Floats, mask: Any, colour: Any, amount: float = 1.0) -> Floats:
    """Mix a colour in where the mask says so."""
    m = np.clip(np.asarray(mask) * amount, 0, 1)[..., None]
    return np.asarray(image * (1 - m) + np.array(colour, float) * m)


def noise(rng: np.random.Generator, size: int, cell: int) -> Floats:
    """Smooth random field with features of about `cell` texels."""
    small = rng.normal(size=(size // cell + 2, size // cell + 2)).astype("f4")
    return np.asarray(Image.fromarray(small).resize((size, size), Image.Resampling.BICUBIC), float)


def to_image(values: Floats) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype("u1"))


def blur(mask: Floats, radius: float) -> Floats:
    """Gaussian blur of a 0..1 mask."""
    image = Image.fromarray((np.clip(mask, 0, 1) * 255).astype("u1")).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(image, float) / 255


def paint_skin(figure: Figure, atlas: Atlas) -> Image.Image:
    """The colour texture of the head."""
    c, size = figure.character, SIZE
    rng = np.random.default_rng(c.seed)
    pos = atlas.position
    skin = np.array(c.skin, float)
    dark = 1 - skin.mean() / 255
    ex, _, ez = figure.eye["Left"]

    def blob(centre: Any, radius: Any) -> Floats:
        return np.asarray(np.exp(-(((pos - np.array(centre)) / np.array(radius)) ** 2).sum(-1)))

    red = skin * [1.0, 0.78, 0.76]
    image = np.tile(skin, (size, size, 1))
    image *= 1 + 0.010 * noise(rng, size, 80)[..., None] + 0.014 * noise(rng, size, 5)[..., None] * [0.6, 1, 1.05]
    image *= 1 + 0.012 * rng.normal(size=(size, size, 1))
    # Blood near the surface: cheeks, nose, ears, chin; forehead slightly yellower.
    for s in (1, -1):
        image = tint(image, blob((s * ex * 1.42, figure.nose_tip[1] + 0.04, ez), (0.24, 0.18, 0.5)), red, 0.34)
    image = tint(image, blob(figure.nose_tip, (0.15, 0.15, 0.3)), red, 0.30)
    image = tint(image, blob((0, figure.chin_y + 0.12, figure.mouth[2] + 0.1), (0.22, 0.14, 0.4)), red, 0.14)
    image = tint(image, blur(sample(figure.wheel.mask("ears"), atlas.base_uv), 4), red, 0.32)
    # Creases darken and redden, ridges lighten: stands in for occlusion and light inside the skin.
    crease = blur(np.clip(-atlas.cavity, 0, 1), 1.5)
    ridge = blur(np.clip(atlas.cavity, 0, 1), 2.5)
    image = tint(image, crease, skin * [0.62, 0.46, 0.42], 0.62)
    image = tint(image, ridge, np.minimum(skin * 1.08 + 6, 255), 0.22)
    image = _paint_eye_region(figure, image, pos)
    image = _paint_age(figure, image, pos, rng)
    image = _paint_lips(figure, image, atlas)
    image = _paint_beard(figure, image, pos, rng)
    # Shade of the chin on the throat, which no lamp of the room casts by itself.
    below = smoothstep(figure.chin_y + 0.02, figure.chin_y - 0.28, pos[..., 1])
    under = below * smoothstep(figure.neck_y - 0.75, figure.neck_y + 0.1, pos[..., 1])
    image = tint(image, under, skin * [0.66, 0.54, 0.50], 0.5 - 0.1 * dark)
    image = _paint_scalp(figure, image, pos, rng)
    picture = draw_brows(figure, to_image(image))
    out = np.asarray(picture, float).copy()
    out[atlas.hole] = skin
    return to_image(out)


def _paint_eye_region(figure: Figure, image: Floats, pos: Floats) -> Floats:
    c, skin = figure.character, np.array(figure.character.skin, float)
    ex, ey, ez = figure.eye["Left"]
    for s in (1, -1):
        centre = np.array([s * ex, ey, ez])
        distance = np.linalg.norm(pos - centre, axis=-1) / figure.eye_radius
        front = pos[..., 2] > ez
        # The wet rim of the lids, and the shade where lashes grow.
        rim = np.exp(-(((distance - 1.02) / 0.05) ** 2)) * front
        near = np.exp(-(((distance - 1.13) / 0.10) ** 2)) * front
        upper, lower = smoothstep(-0.01, 0.05, pos[..., 1] - ey), smoothstep(0.0, -0.05, pos[..., 1] - ey)
        image = tint(image, near * lower, skin * [0.90, 0.70, 0.66], 0.5)
        image = tint(image, near * upper, skin * [0.60, 0.46, 0.42], 0.45 + 0.3 * c.makeup)
        image = tint(image, rim * lower, np.minimum(skin * [1.02, 0.80, 0.76] + 12, 255), 0.7)
        image = tint(image, rim * upper, skin * [0.36, 0.26, 0.24], 0.75)
        lid = np.exp(-(((pos - centre - [0, 0.11, 0.12]) / [0.26, 0.10, 0.4]) ** 2).sum(-1))
        image = tint(image, lid, skin * [0.80, 0.66, 0.62], 0.30 + 0.25 * c.makeup)
        bag = np.exp(-(((pos - centre - [0, -0.19, 0.12]) / [0.20, 0.06, 0.4]) ** 2).sum(-1))
        image = tint(image, bag, skin * [0.84, 0.72, 0.72], 0.22 + 0.3 * c.age)
    return image


def _paint_age(figure: Figure, image: Floats, pos: Floats, rng: np.random.Generator) -> Floats:
    """Fine lines and uneven pigment; stronger with age."""
    c, skin = figure.character, np.array(figure.character.skin, float)
    amount = float(np.clip((c.age - 0.2) / 0.5, 0, 1))
    if amount <= 0:
        return image
    ex, ey, ez = figure.eye["Left"]
    x, y = pos[..., 0], pos[..., 1]
    wobble = 0.02 * np.sin(x * 7 + c.seed)
    forehead = smoothstep(ey + 0.38, ey + 0.48, y) * smoothstep(ey + 0.85, ey + 0.7, y) * (pos[..., 2] > ez - 0.25)
    lines = np.clip(np.sin((y + wobble) * 2 * math.pi / 0.125), 0, 1) ** 12
    image = tint(image, lines * forehead * np.exp(-((x / 0.45) ** 4)), skin * [0.80, 0.68, 0.64], 0.26 * amount)
    for s in (1, -1):
        dx, dy = s * x - ex - 0.30, y - ey
        angle = np.arctan2(dy, dx)
        feet = np.clip(np.cos(angle * 9), 0, 1) ** 10
        near = np.exp(-(((dx - 0.08) / 0.07) ** 2 + (dy / 0.12) ** 2)) * (dx > 0)
        image = tint(image, feet * near, skin * [0.78, 0.64, 0.60], 0.32 * amount)
    spots = smoothstep(1.7, 2.4, noise(rng, SIZE, 9)) * (pos[..., 2] > figure.head_centre[2])
    return tint(image, blur(spots, 2), skin * [0.90, 0.80, 0.74], 0.18 * amount)


def _paint_lips(figure: Figure, image: Floats, atlas: Atlas) -> Floats:
    c = figure.character
    mask = sample(figure.wheel.mask("lips"), atlas.base_uv) * (atlas.position[..., 2] > figure.mouth[2] - 0.1)
    lips = blur(mask, 3.4)
    strength = 0.62 + 0.3 * c.makeup if figure.female else 0.5
    image = tint(image, lips, c.lip, strength)
    stripes = np.sin(atlas.position[..., 0] * 2 * math.pi / 0.028 + 2 * np.sin(atlas.position[..., 0] * 31))
    image = tint(image, lips * np.clip(stripes, 0, 1), np.array(c.lip, float) * 0.82, 0.13)
    # The line between the lips.
    y = atlas.position[..., 1] - figure.mouth[1]
    return tint(image, lips * np.exp(-((y / 0.022) ** 2)), np.array(c.lip, float) * 0.62, 0.25)


def beard_mask(figure: Figure, pos: Floats) -> Floats:
    """0..1 where a beard grows: moustache, chin, jaw up to the sideburns, fading on the cheeks."""
    x, y, z = np.abs(pos[..., 0]), pos[..., 1], pos[..., 2]
    mouth, jaw = figure.mouth, figure.chin_y
    centre = figure.head_centre
    azimuth = np.degrees(np.arctan2(x, z - centre[2]))
    side_top = figure.nose_tip[1] + 0.05
    top = np.interp(
        azimuth,
        [0, 9, 16, 24, 38, 55, 68, 80],
        [
            mouth[1] + 0.21,
            mouth[1] + 0.21,
            mouth[1] + 0.17,
            mouth[1] + 0.02,
            mouth[1] + 0.04,
            side_top - 0.1,
            side_top + 0.2,
            figure.eye_y,
        ],
    )
    mask = smoothstep(0.05, -0.07, y - top) * smoothstep(jaw - 0.36, jaw - 0.14, y + 0.10 * smoothstep(20, 60, azimuth))
    mask *= smoothstep(90, 78, azimuth)
    soul = np.exp(-(((x - 0.16) / 0.06) ** 2 + ((y - (mouth[1] - 0.13)) / 0.06) ** 2))
    return np.asarray(mask * (1 - 0.6 * soul))


def _paint_beard(figure: Figure, image: Floats, pos: Floats, rng: np.random.Generator) -> Floats:
    c = figure.character
    if c.beard <= 0:
        return image
    lips_y = np.exp(-(((pos[..., 1] - figure.mouth[1]) / 0.085) ** 2) - (pos[..., 0] / 0.27) ** 4)
    mask = beard_mask(figure, pos) * (1 - np.clip(lips_y * 1.3, 0, 1))
    grain = 0.62 + 0.38 * (noise(rng, SIZE, 2) > 0.2) + 0.15 * noise(rng, SIZE, 3)
    shade = np.array(c.skin, float) * 0.35 + np.array(c.brows, float) * 0.65
    if c.beard >= 0.9:
        shade = np.array(c.brows, float) * 1.05 + 4
    return tint(image, mask * grain, shade, min(0.92, 0.2 + 0.72 * c.beard) if c.beard > 0.5 else c.beard)


def _paint_scalp(figure: Figure, image: Floats, pos: Floats, rng: np.random.Generator) -> Floats:
    """Hair colour under the hair, with a ragged, soft hairline."""
    c = figure.character
    height = hairline_height(figure, pos)
    # Noise drawn out upwards looks like single hairs that begin at different heights.
    streaks = rng.normal(size=(SIZE // 20, SIZE)).astype("f4")
    ragged = 0.020 * np.asarray(Image.fromarray(streaks).resize((SIZE, SIZE), Image.Resampling.BICUBIC), float)
    ragged += 0.02 * noise(rng, SIZE, 40)
    if c.hair.style == "bun":  # brushed back: the edge is nearly even
        ragged *= 0.35
    wide = 0.22 if c.hair.style in ("buzz", "afro") else 0.07
    cover = smoothstep(-0.07, wide, height + ragged)
    strong = {"buzz": 0.72, "afro": 0.95}.get(c.hair.style, 0.9)
    grain = 1 - 0.22 * (noise(rng, SIZE, 2) > 0.3) if c.hair.style == "buzz" else 1.0
    return tint(image, cover * grain, np.array(c.hair.colour, float) * 0.85, strong)


def draw_brows(figure: Figure, picture: Image.Image, supersample: int = 2, strokes: int = 620) -> Image.Image:
    """Short tapering strokes along the ridge above each eye."""
    c = figure.character
    rng = np.random.default_rng(c.seed + 100)
    big = picture.width * supersample
    overlay = picture.resize((big, big), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(overlay, "RGBA")
    skin = figure.points[:SKIN_POINTS]
    front = skin[(skin[:, 2] > figure.head_centre[2] + 0.1) & (skin[:, 1] > figure.chin_y)]

    def on_face(x: float, y: float) -> Floats:
        d = (front[:, 0] - x) ** 2 + (front[:, 1] - y) ** 2
        k = np.argsort(d)[:4]
        w = 1 / (d[k] + 1e-4)
        return np.array([x, y, (front[k, 2] * w).sum() / w.sum()])

    ex, ey, _ = figure.eye["Left"]
    thickness, lift = (0.050, 0.200) if figure.female else (0.066, 0.175)
    thickness *= c.brow_weight
    for s in (1, -1):
        for _ in range(strokes):
            t = float(rng.random())
            x = ex * (0.42 + 1.36 * t)
            arch = lift + 0.055 * math.sin(math.pi * min(1, t) ** 1.5 * 0.86) - 0.04 * max(0, t - 0.72) / 0.28
            th = thickness * (1 - 0.78 * max(0, t - 0.30) / 0.70) * (0.55 + 0.45 * min(1, t / 0.12))
            y = ey + arch + float(np.clip(rng.normal(), -1.7, 1.7)) * th * 0.42
            angle = math.radians(66 - 84 * min(1, t * 1.2) + rng.normal() * 8)
            length = 0.045 + 0.03 * rng.random()
            points = [
                on_face(s * (x + length * f * math.cos(angle)), y + length * f * math.sin(angle) * 0.55)
                for f in (0, 0.5, 1)
            ]
            uv = [head_uv(figure, p) for p in points]
            line = [(float(u[0]) * big, (1 - float(u[1])) * big) for u in uv]
            alpha = int(rng.integers(70, 130) * (0.7 + 0.3 * min(1, t / 0.15)))
            draw.line(line[:2], fill=(*c.brows, alpha), width=2)
            draw.line(line[1:], fill=(*c.brows, int(alpha * 0.8)), width=1)
    return overlay.resize(picture.size, Image.Resampling.LANCZOS)

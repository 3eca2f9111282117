"""Dresses a figure: top, collar, tie, jacket with lapels, cuffs."""

from __future__ import annotations

import numpy as np

from builder.character import Colour
from builder.cloth import Keep, body_sheet, fabric_part, facing_front, hem, join, lift, neck_plane, patch, thin
from builder.figure import Figure
from builder.geometry import Floats, Relief, Sheet, smooth, smoothstep
from builder.glb import Part

COAT_TRIANGLES = 3000


class Tailor:
    """Cuts the garments of one figure; heights follow from its joints."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.outfit = figure.character.outfit
        self.neck_y = figure.neck_y
        self.zc = float(figure.joints["Neck"][2])
        self.hip = float(figure.joints["Hips"][1])
        self.wrist = float(figure.joints["LeftHand"][0])
        self.button = float(figure.joints["Spine1"][1]) + 0.35
        body = body_sheet(figure, self.hip - 0.9)
        self.body = _round_shoulders(body.clip(lambda p: p[:, 1] - self.hip + 0.8))
        arms = [i for i, b in enumerate(figure.bones) if "Arm" in b]
        self.arm = self.body.weights[:, arms].sum(1)

    def parts(self) -> list[Part]:
        """Everything worn, inside out."""
        o = self.outfit
        parts: list[Part] = []
        sleeves = o.jacket is None
        top = self._top(sleeves)
        parts.append(fabric_part(self.figure, top, "top", o.top, shade=self._shade))
        trims: list[tuple[Sheet, Colour]] = []
        if o.neck == "crew":
            trims.append((self._rib(), tuple(int(c * 0.9) for c in o.top)))  # type: ignore[arg-type]
        if o.neck == "roll":
            trims.append((self._roll(), o.top))
        if o.collar is not None:
            trims.append((self._shirt_collar(), o.collar))
        if o.jacket is not None and o.neck == "collar":
            trims.append((self._cuffs(), o.top))
        if o.tie is not None:
            trims.append((self._tie(top), o.tie))
        for sheet, colour in trims:
            parts.append(
                fabric_part(self.figure, sheet, "trim" if colour != o.top else "top", colour, shade=self._shade)
            )
        if o.jacket is not None:
            parts += self._jacket(o.jacket)
        return _merged(parts)

    def _shade(self, points: Floats, normals: Floats) -> Floats:
        """Soft darkness where light rarely gets: under the chin and arms, inside the sleeves."""
        under = 0.75 + 0.25 * smoothstep(-0.95, -0.1, normals[:, 1])
        f = self.figure
        throat = 1 - 0.30 * np.exp(-(((points - [0, f.neck_y + 0.1, self.zc + 0.35]) / [0.55, 0.35, 0.5]) ** 2).sum(1))
        return np.asarray(under * throat)

    def neckline(self) -> Keep:
        f = self.figure
        return {
            "crew": neck_plane(f, 0.00, 0.42),
            "roll": neck_plane(f, 0.10, 0.30),
            "collar": neck_plane(f, 0.10, 0.42, 0.62 if self.outfit.open_collar else 0.0, 0.40),
            "scoop": neck_plane(f, -0.02, 0.40, 0.55),
            "vee": neck_plane(f, -0.02, 0.40, 1.1, 0.75),
        }[self.outfit.neck]

    def _top(self, sleeves: bool) -> Sheet:
        below = self.neckline()
        loose = 0.055 if self.outfit.top_fabric == "knit" else 0.035
        sheet = lift(self.body, loose + (0.05 * self.arm if sleeves else 0.0))

        def keep(p: Floats) -> Floats:
            edge = below(p)
            edge = np.minimum(edge, p[:, 1] - self.hip + 0.3)
            limit = self.wrist - 0.12 if sleeves else 1.55
            return np.minimum(edge, limit - np.abs(p[:, 0]))

        cut = sheet.refine(below, 0.15).clip(keep)
        cut = hem(cut, 0.05)
        if not sleeves:
            # Only what the jacket leaves open; without a hem, because walls seen edge-on shine through cloth above.
            cut = cut.clip(lambda p: np.minimum(p[:, 1] - self.button + 0.5, 0.25 - self._opening(p)))
        return cut

    def _rib(self) -> Sheet:
        below = self.neckline()
        band = lift(self.body.refine(below, 0.25), 0.075)
        band = band.clip(lambda p: np.minimum(below(p) + 0.03, 0.13 - below(p)))
        return hem(band, 0.06)

    def _roll(self) -> Sheet:
        """A folded roll-neck: an inner tube and an outer fold over it."""
        f = self.figure
        low, high = neck_plane(f, 0.02, 0.34), neck_plane(f, 0.62, 0.30)
        body = self.body.clip(lambda p: 0.75 - high(p)).subdivide()
        span = high(body.points) / 0.55  # 0 at the top edge, 1 at the lower edge
        outer = lift(body, 0.085 + 0.055 * smoothstep(0.0, 0.25, span) + 0.02 * np.clip(span, 0, 1))
        outer = outer.clip(lambda p: np.minimum(high(p), -low(p) + 0.06))
        inner = lift(body, 0.05).clip(lambda p: np.minimum(high(p), -low(p) + 0.2))
        return join(hem(outer, 0.08), inner)

    def _shirt_collar(self) -> Sheet:
        """Stand and fall cut from the neck itself; the fall ends in two points and opens in front."""
        f, o = self.figure, self.outfit
        gap = -0.02 if not o.open_collar else 0.19 if o.neck == "collar" else 0.10
        top = neck_plane(f, 0.44, 0.44)
        sheet = self.body.clip(lambda p: 1.0 - top(p)).subdivide()
        sheet = sheet.refine(lambda p: 0.6 - top(p), 0.1)
        span = top(sheet.points)
        stand = lift(sheet, 0.05).clip(lambda p: np.minimum(top(p), 0.50 - top(p)))
        stand = stand.clip(lambda p: np.maximum(np.abs(p[:, 0]) - gap, -(p[:, 2] - self.zc)))
        fall = lift(
            sheet,
            0.055
            + 0.045 * smoothstep(0.0, 0.10, span)
            + (0.06 if o.jacket is None else 0.01) * smoothstep(0.1, 0.4, span),
        )

        def leaf(p: Floats) -> Floats:
            x = np.abs(p[:, 0])
            front = smoothstep(0.0, 0.35, p[:, 2] - self.zc)
            reach = 0.40 + front * 0.34 * np.exp(-(((x - 0.30) / 0.20) ** 2))
            opening = x - gap - (0.55 if not o.open_collar else 0.75) * np.clip(top(p), 0, 1)
            open_front = opening + 4 * np.clip(self.zc + 0.25 - p[:, 2], 0, None)
            return np.asarray(np.minimum(np.minimum(top(p), reach - top(p)), open_front))

        return join(hem(fall.clip(leaf), 0.035), stand)

    def _cuffs(self) -> Sheet:
        sheet = lift(self.body, 0.05)
        return hem(
            sheet.clip(lambda p: np.minimum(np.abs(p[:, 0]) - self.wrist + 0.4, self.wrist + 0.0 - np.abs(p[:, 0]))),
            0.03,
        )

    def _tie(self, shirt: Sheet) -> Sheet:
        relief = Relief.of([shirt], (-1.6, 1.6, self.button - 1.0, self.neck_y + 0.5))
        knot_y = self.neck_y - 0.30
        t = np.linspace(0, 1, 15)[:, None]
        s = np.linspace(-1, 1, 7)[None, :]
        half = 0.085 + 0.155 * t**0.8
        blade_y = knot_y - 0.16 - t * (knot_y - 0.16 - self.button - 0.02) + 0 * s
        blade = patch(relief, half * s, blade_y, 0.035 + 0.035 * (1 - s**2) + 0.02 * (1 - t), shirt)
        k = np.linspace(0, 1, 6)[:, None]
        half_k = 0.165 - 0.075 * k
        bulge = 0.05 + 0.085 * np.sqrt(np.clip(1 - s**2, 0, 1)) * (0.6 + 0.4 * np.sin(np.pi * k))
        knot = patch(relief, half_k * s, knot_y + 0.05 - 0.23 * k + 0 * s, bulge, shirt)
        return join(hem(facing_front(blade), 0.05), hem(facing_front(knot), 0.10))

    def _opening(self, p: Floats) -> Floats:
        """Distance outside the jacket's front opening."""
        wide = 0.58 if self.outfit.lapels else 0.60
        t = (p[:, 1] - self.button) / (self.neck_y + 0.05 - self.button)
        half = wide * np.clip(t, 0, 1.3) ** (0.92 if self.outfit.lapels else 0.75)
        # Only the front is open; growing backwards keeps the function continuous over the shoulders.
        return np.asarray(np.abs(p[:, 0]) - half + 1.5 * np.clip(self.zc + 0.12 - p[:, 2], 0, None))

    def _jacket(self, colour: Colour) -> list[Part]:
        f, o = self.figure, self.outfit
        back = neck_plane(f, 0.18, 0.34)
        under = 0.10 if o.lapels else 0.0  # the collar hides the coat's own neckline
        pad = smoothstep(0.75, 1.5, np.abs(self.body.points[:, 0])) * smoothstep(-0.3, 0.6, self.body.normals()[:, 1])
        loose = 0.10 + 0.02 * self.arm + 0.05 * pad * (1 - 0.6 * smoothstep(1.9, 2.6, np.abs(self.body.points[:, 0])))
        cloth = lift(self.body, loose)

        def keep(p: Floats) -> Floats:
            edge = np.minimum(back(p) - under, self._opening(p))
            edge = np.minimum(edge, p[:, 1] - self.hip + 0.55)
            return np.minimum(edge, self.wrist - 0.10 - np.abs(p[:, 0]))

        def edges(p: Floats) -> Floats:
            return np.minimum(back(p) - under, self._opening(p))

        coat = cloth.refine(edges, 0.12).refine(edges, 0.03).clip(keep)
        pieces = [hem(thin(coat, COAT_TRIANGLES), 0.06)]
        facing: list[Sheet] = []
        if o.lapels:
            facing = self._lapels(cloth, back)
        else:
            edge = lift(cloth.refine(edges, 0.15).refine(edges, 0.05), 0.022)
            edge = edge.clip(lambda p: np.minimum(keep(p) + 0.015, 0.085 - edges(p)))
            pieces.append(hem(edge, 0.05))
        parts = [fabric_part(f, join(*pieces), "jacket", colour, shade=self._shade)]
        if facing:
            # A shade lighter than the coat, as turned cloth looks under a lamp; else dark lapels drown.
            pale: Colour = (int(colour[0] * 1.14 + 4), int(colour[1] * 1.14 + 4), int(colour[2] * 1.14 + 4))
            parts.append(fabric_part(f, join(*facing), "jacket", pale, shade=self._shade))
        dark: Colour = (int(colour[0] * 0.45), int(colour[1] * 0.45), int(colour[2] * 0.45))
        parts.append(fabric_part(f, self._buttons(coat), "trim", dark))
        return parts

    def _lapels(self, cloth: Sheet, back: Keep) -> list[Sheet]:
        """Lapels and collar cut from the coat's own surface and lifted off it."""
        fine = cloth.clip(lambda p: np.minimum(p[:, 1] - self.button + 0.2, 1.5 - np.abs(p[:, 0]))).subdivide()
        open_edge = self._opening(fine.points)
        raised = lift(fine, 0.02 + 0.06 * smoothstep(0.0, 0.3, open_edge))
        gorge = self.neck_y - 0.34  # height of the notch

        def lapel(p: Floats) -> Floats:
            x, y = np.abs(p[:, 0]), p[:, 1]
            inner = self._opening(p) + 0.012
            outer = (
                0.05 + 0.62 * np.clip((y - self.button) / (gorge - self.button), 0, 2) ** 0.8 * 0.72 - (inner - 0.012)
            )
            top = gorge - y + 0.42 * (x - 0.75)
            return np.minimum(np.minimum(inner, outer), np.minimum(top, p[:, 2] - self.zc))

        def collar(p: Floats) -> Floats:
            x, y = np.abs(p[:, 0]), p[:, 1]
            ahead = smoothstep(0.0, 0.4, p[:, 2] - self.zc)
            band = np.minimum(back(p) + 0.10, self._opening(p) + 0.012)
            # On the shoulders a height says little about the width along the cloth; there the radius counts.
            across = np.minimum(0.98 - np.hypot(x, p[:, 2] - self.zc), 0.55 - back(p))
            width = (0.34 - self._opening(p)) * ahead + across * (1 - ahead)
            low = (y - gorge - 0.42 * (x - 0.75) - 0.025) * ahead + 0.3 * (1 - ahead)
            return np.asarray(np.minimum(np.minimum(band, width), np.minimum(low, 1.02 - x)))

        rolled = lift(fine, 0.03 + 0.06 * smoothstep(-0.05, 0.25, np.minimum(back(fine.points), open_edge)))
        return [hem(thin(raised.clip(lapel), 700), 0.06), hem(thin(rolled.clip(collar), 900), 0.06)]

    def _buttons(self, coat: Sheet) -> Sheet:
        relief = Relief.of([coat], (-1.6, 1.6, self.hip - 0.6, self.neck_y))
        discs = []
        a = np.linspace(0, 2 * np.pi, 13)[None, :]
        r = np.array([0.001, 0.05, 0.062])[:, None]
        for k in range(2):
            y = self.button - 0.12 - 0.85 * k
            disc = patch(relief, 0.06 + r * np.cos(a), y + r * np.sin(a), np.array([0.03, 0.03, 0.0])[:, None], coat)
            discs.append(facing_front(disc))
        return join(*discs)


def _round_shoulders(body: Sheet) -> Sheet:
    """Finer, smoother cloth over the shoulders, whose outline shows when the arms hang down."""
    middle = np.abs(body.points[body.triangles].mean(1)[:, 0])
    fine = body.subdivide((middle > 1.25) & (middle < 2.5))
    x = np.abs(fine.points[:, 0])
    still = (x < 1.2) | (x > 2.7)
    points = smooth(fine.points, fine.triangles, 3, 0.5, frozen=still)
    weights = smooth(fine.weights, fine.triangles, 4, 0.5, frozen=still)
    return Sheet(points, weights / weights.sum(1, keepdims=True), fine.triangles)


def _merged(parts: list[Part]) -> list[Part]:
    """One part per material: each is a draw call."""
    out: dict[str, Part] = {}
    for part in parts:
        have = out.get(part.material)
        if have is None:
            out[part.material] = part
            continue
        assert have.colours is not None
        assert part.colours is not None
        assert have.tangents is not None
        assert part.tangents is not None
        out[part.material] = Part(
            have.mesh, have.material, np.vstack([have.points, part.points]), np.vstack([have.normals, part.normals]),
            np.vstack([have.uv, part.uv]), np.vstack([have.triangles, part.triangles + len(have.points)]),
            np.vstack([have.weights, part.weights]), colours=np.vstack([have.colours, part.colours]),
            tangents=np.vstack([have.tangents, part.tangents]),
        )  # fmt: skip
    return list(out.values())

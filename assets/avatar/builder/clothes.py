"""Dresses a figure: top, collar, tie, jacket with lapels, cuffs."""

from __future__ import annotations

import numpy as np

from builder.character import Colour
from builder.cloth import Keep, body_sheet, fabric_part, facing_front, hem, join, lift, neck_plane, patch, thin
from builder.figure import Figure
from builder.geometry import Floats, Relief, Sheet, smooth, smoothstep
from builder.glb import Part
from builder.lapels import Pattern, collar_and_lapels

COAT_TRIANGLES = 3400


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
            "collar": neck_plane(f, 0.10, 0.42, 0.80 if self.outfit.open_collar else 0.0, 0.205),
            "scoop": neck_plane(f, -0.02, 0.40, 0.55),
            "vee": neck_plane(f, -0.02, 0.40, 1.1, 0.75),
        }[self.outfit.neck]

    def _top(self, sleeves: bool) -> Sheet:
        below = self.neckline()
        # Under a jacket without a collar of its own it must not show at the neck.
        thin_top = 0.01 if self.outfit.neck == "scoop" else 0.035
        loose = 0.055 if self.outfit.top_fabric == "knit" else thin_top
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
            if self.outfit.neck == "scoop":  # straps would show beside the neck
                cut = cut.clip(lambda p: np.maximum(0.04 - self._opening(p), self.neck_y - 0.45 - p[:, 1]))
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
        gap = -0.02 if not o.open_collar else 0.19 if o.neck == "collar" else 0.04
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
            + (0.03 if o.jacket is None else 0.01) * smoothstep(0.1, 0.4, span),
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
        knot_y = self.neck_y - 0.22
        t = np.linspace(0, 1, 15)[:, None]
        s = np.linspace(-1, 1, 7)[None, :]
        half = 0.085 + 0.155 * t**0.8
        blade_y = knot_y - 0.16 - t * (knot_y - 0.16 - self.button - 0.02) + 0 * s
        blade = patch(relief, half * s, blade_y, 0.035 + 0.035 * (1 - s**2) + 0.02 * (1 - t), shirt)
        k = np.linspace(0, 1, 6)[:, None]
        half_k = 0.185 - 0.085 * k
        bulge = 0.05 + 0.085 * np.sqrt(np.clip(1 - s**2, 0, 1)) * (0.6 + 0.4 * np.sin(np.pi * k))
        knot = patch(relief, half_k * s, knot_y + 0.05 - 0.23 * k + 0 * s, bulge, shirt)
        return join(hem(facing_front(blade), 0.05), hem(facing_front(knot), 0.10))

    def _half(self, y: Floats) -> Floats:
        """Half width of the jacket's front opening at some heights."""
        wide = 0.58 if self.outfit.lapels else 0.60
        t = (y - self.button) / (self.neck_y + 0.05 - self.button)
        return np.asarray(wide * np.clip(t, 0, 1.3) ** (0.92 if self.outfit.lapels else 0.75))

    def _opening(self, p: Floats) -> Floats:
        """Distance outside the jacket's front opening."""
        # Only the front is open; growing backwards keeps the function continuous over the shoulders.
        return np.asarray(np.abs(p[:, 0]) - self._half(p[:, 1]) + 1.5 * np.clip(self.zc + 0.12 - p[:, 2], 0, None))

    def _jacket(self, colour: Colour) -> list[Part]:
        f, o = self.figure, self.outfit
        back = neck_plane(f, 0.06 if o.lapels else 0.14, 0.30)
        # At the neck the coat lies on what is worn below it; further down it hangs free.
        snug = {"collar": 0.12, "roll": 0.15}.get(o.neck, 0.035)
        points = self.body.points
        pad = smoothstep(0.75, 1.5, np.abs(points[:, 0])) * smoothstep(-0.3, 0.6, self.body.normals()[:, 1])
        loose = 0.10 + 0.02 * self.arm + 0.05 * pad * (1 - 0.6 * smoothstep(1.9, 2.6, np.abs(points[:, 0])))
        loose = snug + (np.maximum(loose, snug) - snug) * smoothstep(-0.25, 0.55, back(points))
        cloth = lift(self.body, loose)
        armhole = float(f.joints["LeftArm"][0]) + 0.10

        def edges(p: Floats) -> Floats:
            # A little behind the roll line, whose turned edge hides it.
            return np.minimum(back(p), self._opening(p) - np.minimum(0.04, 0.4 * self._half(p[:, 1])))

        def keep(p: Floats) -> Floats:
            edge = np.minimum(edges(p), p[:, 1] - self.hip + 0.55)
            return np.minimum(edge, self.wrist - 0.10 - np.abs(p[:, 0]))

        coat = cloth.refine(edges, 0.12).clip(keep)
        # Flat in the T-pose, the shoulder is round and the armpit pressed together once the arms hang.
        bends = np.abs(np.abs(coat.points[:, 0]) - armhole) < 0.5
        whole = hem(thin(coat, COAT_TRIANGLES, bends), 0.06)
        torso = whole.clip(lambda p: armhole + 0.08 - np.abs(p[:, 0]))
        # The sleeve is set in a little above the shoulder's cloth, which draws the seam.
        raised = lift(whole, 0.022 * smoothstep(armhole + 0.5, armhole, np.abs(whole.points[:, 0])))
        sleeve = raised.clip(lambda p: np.abs(p[:, 0]) - armhole)
        wide = snug > 0.1
        stand, rise = snug + (0.04 if wide else 0.03), 0.06 if wide else 0.035
        pattern = Pattern(self.neck_y, self.zc + 0.15, self.button, stand, rise, self._half, o.lapels)
        facing = collar_and_lapels(self.body, cloth, pattern)
        # A shade lighter than the coat, as turned cloth looks under a lamp; else dark lapels drown.
        pale: Colour = (int(colour[0] * 1.14 + 4), int(colour[1] * 1.14 + 4), int(colour[2] * 1.14 + 4))
        dark: Colour = (int(colour[0] * 0.45), int(colour[1] * 0.45), int(colour[2] * 0.45))
        return [
            fabric_part(f, torso, "jacket", colour, shade=self._shade, sleeve=False),
            fabric_part(f, sleeve, "jacket", colour, shade=self._shade, sleeve=True),
            fabric_part(f, facing, "jacket", pale if o.lapels else colour, shade=self._shade, sleeve=False),
            fabric_part(f, self._buttons(coat), "trim", dark),
        ]

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

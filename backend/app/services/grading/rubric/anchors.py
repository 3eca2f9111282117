"""The rubric as shown: dimensions, names, and what each level from 1 to 5 looks like.

Levels 1, 3 and 5 are the anchors of `facts/grading.md`; 2 and 4 lie between them. They are not calibrated against
human ratings yet, and the interface says so. `VERSION` changes with any wording or rule that can change a score.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain.grade import Group
from app.domain.question import QuestionKind

VERSION = "2026-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One row of the rubric. `levels` are the words for 1 to 5; `for_kind` replaces name and levels for some kinds.

    A kind in `not_for` leaves the dimension out. `weight` is the share inside its group relative to the others.
    """

    id: str
    group: Group
    name: str
    levels: tuple[str, str, str, str, str]
    for_kind: dict[QuestionKind, tuple[str, tuple[str, str, str, str, str]]] = field(default_factory=dict)
    not_for: tuple[QuestionKind, ...] = ()
    weight: float = 1.0

    def named(self, kind: QuestionKind) -> str:
        """The name for a kind of question."""
        return self.for_kind[kind][0] if kind in self.for_kind else self.name

    def level(self, kind: QuestionKind, score: float) -> str:
        """The words of the level nearest to a score; halves go down."""
        return self._levels(kind)[_nearest(score) - 1]

    def next_level(self, kind: QuestionKind, score: float) -> str | None:
        """The words of the level above the nearest one; None at 5."""
        nearest = _nearest(score)
        return None if nearest == 5 else self._levels(kind)[nearest]

    def _levels(self, kind: QuestionKind) -> tuple[str, str, str, str, str]:
        return self.for_kind[kind][1] if kind in self.for_kind else self.levels


def _nearest(score: float) -> int:
    return max(1, min(5, int(score + 0.499)))


_B, _S, _K, _M = QuestionKind.BEHAVIOURAL, QuestionKind.SITUATIONAL, QuestionKind.KNOWLEDGE, QuestionKind.MOTIVATION

RUBRIC: tuple[Dimension, ...] = (
    Dimension(
        id="C1",
        group=Group.CONTENT,
        name="Answers the question",
        levels=(
            "You speak about something else, or you repeat the question.",
            "You touch the subject, but the question itself stays open.",
            "You answer the question in part.",
            "You answer the question, and one part of it stays thin.",
            "You answer every part of the question.",
        ),
    ),
    Dimension(
        id="C2",
        group=Group.CONTENT,
        name="A real episode",
        levels=(
            "You give an opinion or describe yourself; no particular event is told.",
            "You hint at an event, but at least two parts of the story are missing.",
            "You tell an event; one part of the story (situation, task, action or result) is missing.",
            "You tell the whole story; what you did takes up less room than the rest, or one part is only hinted at.",
            "You tell the situation, your task, what you did and the result, and what you did takes up the most room.",
        ),
        for_kind={
            _S: (
                "Steps in order, with reasons",
                (
                    "You give an attitude; no step you would take is named.",
                    "You name one or two steps, without order or reasons.",
                    "You name several steps; their order or the reasons for them are missing.",
                    "You name the steps in order and give a reason for some of them.",
                    "You find out what matters first, take the steps in order, say why, and check that it worked.",
                ),
            )
        },
        not_for=(_K, _M),
    ),
    Dimension(
        id="C3",
        group=Group.CONTENT,
        name="Your own part",
        levels=(
            "You say only “we”, or things were done without anybody doing them.",
            "Your own part shows here and there.",
            "You name your own part.",
            "You name your own actions and one of your decisions or reasons.",
            "You name your own decisions and say why you took them.",
        ),
        for_kind={
            _S: (
                "Your own part",
                (
                    "You leave it to others, or you say only “we”.",
                    "It shows here and there what you yourself would do.",
                    "You say what you yourself would do.",
                    "You say what you would do and give one reason.",
                    "You say what you would do, what you would decide, and why.",
                ),
            ),
            _M: (
                "Your own reasons",
                (
                    "You give reasons that anybody could give.",
                    "You hint at a reason of your own.",
                    "You give a reason of your own.",
                    "You give reasons of your own and tie one of them to something you did.",
                    "You give reasons of your own and tie them to what you did and to this job.",
                ),
            ),
        },
        not_for=(_K,),
    ),
    Dimension(
        id="C4",
        group=Group.CONTENT,
        name="Result and evidence",
        levels=(
            "You do not say how it ended.",
            "You hint at how it ended.",
            "You name a result, but nothing about it can be checked.",
            "You name a result with a number or something else that can be checked.",
            "You name a result with a number or something else that can be checked, and what you learnt from it.",
        ),
        for_kind={
            _M: (
                "Evidence from your past",
                (
                    "You make claims; nothing from your past supports them.",
                    "You mention your past in general words.",
                    "You name something you did that supports your claim.",
                    "You name something you did, with a number or another fact that can be checked.",
                    "You name several things you did, with numbers or other facts that can be checked.",
                ),
            )
        },
        not_for=(_S, _K),
    ),
    Dimension(
        id="C5",
        group=Group.CONTENT,
        name="Job knowledge",
        levels=(
            "None of the points an expert would expect are there.",
            "One of the points an expert would expect is touched.",
            "The basics are there, with gaps.",
            "Most of the points an expert would expect are there.",
            "All of the points an expert would expect are there, with what speaks for and against.",
        ),
    ),
    Dimension(
        id="C6",
        group=Group.CONTENT,
        name="Structure and length",
        levels=(
            "It is hard to follow: no order, much repetition, or only a few words.",
            "Parts can be followed; the order or the length gets in the way.",
            "It can be followed.",
            "It is easy to follow and has a fitting length.",
            "It opens with the point, goes in a clear order, closes, and has a fitting length.",
        ),
    ),
    Dimension(
        id="V1",
        group=Group.VOICE,
        name="Pace",
        levels=(
            "110 words a minute or fewer, or 220 or more.",
            "About 120 words a minute, or about 210.",
            "About 135 words a minute, or about 205.",
            "About 142 words a minute, or about 198.",
            "150 to 190 words a minute.",
        ),
    ),
    Dimension(
        id="V2",
        group=Group.VOICE,
        name="Pauses",
        levels=(
            "Almost half of the answer time is silence, or one pause lasts six seconds or more.",
            "More than a third of the answer time is silence.",
            "About a quarter of the answer time is silence, or one pause lasts about three and a half seconds.",
            "Less than a fifth of the answer time is silence.",
            "Pauses are short and separate your thoughts.",
        ),
    ),
    Dimension(
        id="V3",
        group=Group.VOICE,
        name="Filler sounds",
        levels=(
            "12 or more filler sounds (um, uh) a minute.",
            "About 9 filler sounds a minute.",
            "About 6 filler sounds a minute.",
            "About 4 filler sounds a minute.",
            "2 or fewer filler sounds a minute.",
        ),
    ),
    Dimension(
        id="V4",
        group=Group.VOICE,
        name="Variety of the voice",
        levels=(
            "Your pitch hardly moves (1 semitone or less around your own middle).",
            "Your pitch moves a little (about 1.5 semitones).",
            "Your pitch moves (about 2 semitones).",
            "Your pitch moves clearly (about 2.5 semitones).",
            "Your pitch moves a lot (3 semitones or more around your own middle).",
        ),
    ),
    Dimension(
        id="P1",
        group=Group.PRESENCE,
        name="Towards the camera or screen",
        levels=(
            "You rarely look towards the camera or screen.",
            "You look towards the camera or screen less than half of the time.",
            "You look towards the camera or screen about half of the time.",
            "You look towards the camera or screen more than half of the time.",
            "You mostly look towards the camera or screen.",
        ),
    ),
    Dimension(
        id="P2",
        group=Group.PRESENCE,
        name="Picture: framing, light, stillness",
        levels=(
            "Your face is mostly outside the picture, or it is too dark to see.",
            "Several things about the picture get in the way: framing, light or movement.",
            "The picture works, with two things to change.",
            "The picture works, with one thing to change.",
            "Your face is well placed, well lit, and the picture is steady.",
        ),
    ),
    Dimension(
        id="P3",
        group=Group.PRESENCE,
        name="Smile visible",
        levels=(
            "No smile is visible.",
            "A smile is visible in about 3 % of the answer.",
            "A smile is visible in about 6 % of the answer.",
            "A smile is visible in about 11 % of the answer.",
            "A smile is visible in 15 % of the answer or more.",
        ),
        # It goes with ratings of friendliness and with nothing about hiring (facts/grading.md): shown, not counted.
        weight=0.0,
    ),
)

BY_ID = {dimension.id: dimension for dimension in RUBRIC}

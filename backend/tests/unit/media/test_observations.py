"""Described moments: what may be said, and how they are checked against what was measured."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.answer import Interval, PresenceMeasures, PresenceSecond, Transcript, Word
from app.domain.observation import Description, Dropped, Moment, MomentKind, Observations
from app.services.analysis import observations
from app.services.analysis.observations import SEGMENTS, check, is_personal, read
from app.services.analysis.personal_words import BY_SUBJECT, PHRASES

DURATION_MS = 20_000
NEUTRAL = (
    "The speaker looks down and to the left",
    "Touches the chin with the right hand",
    "Reads from a sheet of paper",
    "Leaves the picture for two seconds and comes back",
    "Hands move while the booking system is explained",
    "Smile visible",
    "Adjusts the glasses",
    "Gives an example: replacing an old database in a white office",
    "States that 120 loaves were delivered on time",
    "Says that the race condition was fixed and the error rate fell to 0.1 %",
    "Explains that the payment service stopped answering",
    "A black screen is held up",
)
PERSONAL = (
    "nervous",
    "The speaker appears confident",
    "smiling happily",
    "a young man looks away",
    "She looks to the left",
    "Looks at his notes",
    "An elderly person gestures",
    "A 30-year-old gestures",
    "in the mid-thirties",
    "The Asian candidate looks down",
    "a white speaker",
    "The speaker seems dishonest",
    "is lying about the result",
    "looks tired and unwell",
    "A person in a wheelchair",
    "speaks with an accent",
    "SMILING HAPPILY",
    "Ner\u00advous hands",
    "n\u200bervously",
    "\uff4eervous",
    "Nérvous",
    "нервничает",
    "un\u0069nterested",
    "ill-at-ease",
)


@pytest.mark.parametrize("text", NEUTRAL)
def test_what_can_be_seen_or_heard_may_be_said(text: str) -> None:
    assert not is_personal(text)


@pytest.mark.parametrize("text", PERSONAL)
def test_what_is_about_the_person_may_not(text: str) -> None:
    assert is_personal(text)


ENTRIES = [(subject, word) for subject, text in BY_SUBJECT.items() for word in text.split()]


def test_every_word_of_the_list_is_found_in_any_place() -> None:
    for subject, entry in ENTRIES:
        for word in {entry.rstrip("*"), entry.replace("*", "ly")}:
            for text in (word, f"The speaker: {word.upper()}, then a pause", f"a {word}-looking thing", f'"{word}"'):
                assert is_personal(text), (subject, text)
    for phrase in PHRASES:
        assert is_personal(f"One hears {phrase}."), phrase


def test_the_list_is_data_in_order() -> None:
    for text in BY_SUBJECT.values():
        words = text.split()
        assert words == sorted(set(words))
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*\*?", word) for word in words)


def test_words_inside_other_words_are_left_alone() -> None:
    for text in ("stopped", "shelf", "where", "this", "mangle the dough", "presents", "manual", "together", "hisses"):
        assert not is_personal(text), text


def test_nothing_personal_is_asked_for() -> None:
    for segment in SEGMENTS:
        for text in (segment.id, segment.description, segment.text, *segment.choices, *segment.choices.values()):
            assert not is_personal(text.replace("_", " ")), text


def test_every_kind_is_asked_for_once() -> None:
    assert sorted(kind for segment in SEGMENTS for kind in segment.choices) == sorted(MomentKind)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (("looks_away", 1.0, 3.0, "looks nervous"), Dropped.PERSONAL),
        (("smiles", 1.0, 3.0, "smile visible"), Dropped.UNKNOWN_KIND),
        (("looks_away", -0.5, 3.0, "looks left"), Dropped.OUTSIDE),
        (("looks_away", 3.0, 3.0, "looks left"), Dropped.OUTSIDE),
        (("looks_away", 5.0, 3.0, "looks left"), Dropped.OUTSIDE),
        (("looks_away", 20.0, 22.0, "looks left"), Dropped.OUTSIDE),
        (("looks_away", 18.0, 21.5, "looks left"), Dropped.OUTSIDE),
        (("looks_away", float("nan"), 3.0, "looks left"), Dropped.OUTSIDE),
        (("looks_away", 1.0, float("inf"), "looks left"), Dropped.OUTSIDE),
    ],
)
def test_what_is_not_kept_is_counted(entry: tuple[str, float, float, str], reason: Dropped) -> None:
    assert read([entry], DURATION_MS) == ([], {reason: 1})


def test_the_same_at_the_same_time_is_kept_once() -> None:
    moments, dropped = read(
        [("reads", 4.0, 6.0, "b"), ("reads", 2.0, 5.0, "a"), ("gestures", 2.0, 5.0, "c"), ("reads", 6.0, 8.0, "d")],
        DURATION_MS,
    )
    assert [moment.text for moment in moments] == ["c", "a", "d"]
    assert dropped == {Dropped.REPEATED: 1}


def test_words_become_one_clean_line() -> None:
    (moment,), _ = read([("reads", 1.0, 3.0, " reads\x00\n from\u202e paper\ud800 " + "long " * 100)], DURATION_MS)
    assert moment.text.startswith("reads from paper long")
    assert len(moment.text) == observations.TEXT_MAX
    assert moment.text.encode()


def test_the_last_moment_ends_with_the_recording() -> None:
    (moment,), _ = read([("reads", 18.0, 20.9, "reads")], DURATION_MS)
    assert moment.end_ms == DURATION_MS


entries = st.lists(
    st.tuples(
        st.sampled_from([*MomentKind, "smiles", ""]),
        st.floats(-5, 30) | st.sampled_from([float("nan"), float("inf"), -0.0]),
        st.floats(-5, 30) | st.sampled_from([float("nan"), float("-inf")]),
        st.sampled_from(["looks left", "happy", ""]) | st.text(max_size=20),
    ),
    max_size=12,
)


@given(entries, st.integers(0, 25_000))
@example([("looks_away", 0.0, 0.002, "looks left"), ("hand_to_face", 0.0, 0.003, "looks left")], 1)
def test_everything_is_kept_inside_the_recording_or_counted(
    given_: list[tuple[str, float, float, str]], duration_ms: int
) -> None:
    moments, dropped = read(given_, duration_ms)
    assert len(moments) + sum(dropped.values()) == len(given_)
    assert all(0 <= one.start_ms < one.end_ms <= duration_ms for one in moments)
    assert not any(is_personal(one.text) for one in moments)
    assert moments == sorted(moments, key=lambda one: (one.start_ms, one.end_ms, one.kind))
    assert (moments, dropped) == read(reversed(given_), duration_ms)


# Checked against what was measured


def described(kind: MomentKind, start_ms: int = 4_000, end_ms: int = 8_000) -> Description:
    return Description(
        provider="twelvelabs",
        moments=(Moment(kind=kind, text="what is seen", start_ms=start_ms, end_ms=end_ms),),
        dropped={Dropped.PERSONAL: 1},
    )


def measured(
    face: float | None = 1.0, camera: float | None = None, lids: float | None = None, hands: int | None = None
) -> PresenceMeasures:
    """The same in every second from 4 to 8 s; elsewhere the face is visible and the look is towards the camera."""
    return PresenceMeasures(
        duration_ms=DURATION_MS,
        timeline=tuple(
            PresenceSecond(t=t, face=face, camera=camera, lids_lowered=lids, hands=hands)
            if 4 <= t < 8
            else PresenceSecond(t=t, face=1.0, camera=1.0, lids_lowered=0.0, hands=0)
            for t in range(20)
        ),
    )


def words(*times: tuple[int, int], filler: bool = False, unheard: tuple[Interval, ...] = ()) -> Transcript:
    spoken = tuple(Word(text="word", start_ms=start, end_ms=end, filler=filler) for start, end in times)
    return Transcript(words=spoken, duration_ms=DURATION_MS, unheard=unheard)


K = MomentKind


@pytest.mark.parametrize(
    ("kind", "presence", "outcome"),
    [
        (K.LOOKS_AWAY, measured(camera=0.1), "towards_camera"),
        (K.LOOKS_AWAY, measured(camera=0.9), Dropped.TOWARDS_CAMERA),
        (K.LOOKS_AWAY, measured(camera=0.7), None),
        (K.LOOKS_AWAY, measured(camera=0.9, lids=0.6), "towards_camera"),
        (K.LOOKS_AWAY, measured(camera=None, lids=1.0), "towards_camera"),
        (K.LOOKS_AWAY, measured(camera=None), None),
        (K.LOOKS_AWAY, measured(face=0.0, hands=0), Dropped.NO_FACE),
        (K.LOOKS_AWAY, measured(face=None, camera=None), None),
        (K.READS, measured(camera=1.0, lids=0.9), "towards_camera"),
        (K.READS, measured(camera=1.0, lids=0.0), Dropped.TOWARDS_CAMERA),
        (K.HAND_TO_FACE, measured(hands=1), "hands_visible"),
        (K.HAND_TO_FACE, measured(hands=0), None),
        (K.HAND_TO_FACE, measured(face=0.0, hands=1), "hands_visible"),
        (K.GESTURES, measured(face=0.0, hands=0), Dropped.NO_FACE),
        (K.GESTURES, measured(hands=2), "hands_visible"),
        (K.GESTURES, measured(hands=None), None),
        (K.LEAVES_FRAME, measured(face=0.1), "face_in_frame"),
        (K.LEAVES_FRAME, measured(face=0.95), Dropped.FACE_VISIBLE),
        (K.LEAVES_FRAME, measured(face=0.65), None),
        (K.LEAVES_FRAME, measured(face=None), None),
        *((kind, None, None) for kind in K),
        *((kind, PresenceMeasures(duration_ms=DURATION_MS), None) for kind in K),
    ],
)
def test_what_was_measured_decides(kind: MomentKind, presence: PresenceMeasures | None, outcome: str | None) -> None:
    found = check(described(kind), presence, None)
    if isinstance(outcome, Dropped):
        assert found.observations == ()
        assert found.dropped == {Dropped.PERSONAL: 1, outcome: 1}
        return
    (shown,) = found.observations
    assert shown.checked == ("agrees" if outcome else "not_checked")
    assert found.agreeing == ({outcome: 1} if outcome else {})
    assert found.dropped == {Dropped.PERSONAL: 1}


@pytest.mark.parametrize("kind", [K.GIVES_EXAMPLE, K.STATES_RESULT])
@pytest.mark.parametrize(
    ("transcript", "outcome"),
    [
        (words((5_000, 5_400)), "agrees"),
        (words((3_000, 4_001)), "agrees"),
        (words((3_000, 4_000), (8_000, 8_500)), Dropped.NO_WORDS),
        (words((5_000, 5_400), filler=True), Dropped.NO_WORDS),
        (words(), Dropped.NO_WORDS),
        (words(unheard=(Interval(start_ms=7_000, end_ms=9_000),)), "not_checked"),
        (Transcript(words=(Word(text="typed"),)), "not_checked"),
        (None, "not_checked"),
    ],
)
def test_something_said_needs_words(kind: MomentKind, transcript: Transcript | None, outcome: str) -> None:
    found = check(described(kind), measured(camera=0.0), transcript)
    assert found.agreeing == {}
    if isinstance(outcome, Dropped):
        assert found.dropped[outcome] == 1
    else:
        assert [one.checked for one in found.observations] == [outcome]


def test_a_moment_shorter_than_a_second_is_checked_by_the_second_it_lies_in() -> None:
    assert check(described(K.LOOKS_AWAY, 5_100, 5_300), measured(camera=1.0), None).observations == ()


seconds = st.builds(
    PresenceSecond,
    t=st.just(0),
    face=st.none() | st.floats(0, 1),
    camera=st.none() | st.floats(0, 1),
    lids_lowered=st.none() | st.floats(0, 1),
    hands=st.none() | st.integers(0, 2),
)
moments = st.builds(
    lambda kind, start, length: Moment(kind=kind, text="x", start_ms=start, end_ms=min(DURATION_MS, start + length)),
    st.sampled_from(MomentKind),
    st.integers(0, DURATION_MS - 1),
    st.integers(1, 9_000),
)


@given(st.lists(moments, max_size=6), st.lists(seconds, max_size=20), st.lists(st.integers(0, 19_000), max_size=5))
def test_a_check_only_sorts(found: list[Moment], timeline: list[PresenceSecond], said: list[int]) -> None:
    presence = PresenceMeasures(
        duration_ms=DURATION_MS,
        timeline=tuple(
            PresenceSecond(t=t, face=one.face, camera=one.camera, lids_lowered=one.lids_lowered, hands=one.hands)
            for t, one in enumerate(timeline)
        ),
    )
    description = Description(provider="twelvelabs", moments=tuple(found), dropped={Dropped.OUTSIDE: 2})
    transcript = words(*((start, start + 300) for start in said))
    result = check(description, presence, transcript)
    assert len(result.observations) + sum(result.dropped.values()) == len(found) + 2
    kept = [(one.kind, one.start_ms, one.end_ms) for one in result.observations]
    assert kept == [
        (one.kind, one.start_ms, one.end_ms) for one in found if (one.kind, one.start_ms, one.end_ms) in kept
    ]
    assert sum(result.agreeing.values()) <= sum(one.checked == "agrees" for one in result.observations)
    # Without any measurement nothing is contradicted and nothing confirmed.
    unseen: Observations = check(description, None, None)
    assert [one.checked for one in unseen.observations] == ["not_checked"] * len(found)
    assert unseen.dropped == {Dropped.OUTSIDE: 2}

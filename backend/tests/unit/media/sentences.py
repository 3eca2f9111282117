"""Thirty sentences an interviewer may say, full of lip closures, and what the voices make of them.

`python -m tests.unit.media.sentences` writes `frontend/tests/fixtures/spoken.json`: phoneme times and tracks, with
which the page's tests move a mouth without a synthesiser. Run it after a change of the cues.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.services.providers.tts import kokoro
from app.services.providers.tts.cues import FORMAT
from app.utils.json import dump

FIXTURE = Path(__file__).resolve().parents[4] / "frontend" / "tests" / "fixtures" / "spoken.json"
SENTENCES = (
    "Tell me about a problem you spotted before anybody else did.",
    "Which part of the job would you pick up first, and why?",
    "Please describe a time when you had to stop people from rushing.",
    "How do you keep a team of twelve calm on a bad evening?",
    "What would you do if the pump broke down at half past four?",
    "Maybe you remember a mistake. What happened, and what became of it?",
    "Bob, Pam and Mimi picked up the paper cups.",
    "Stop. Please put the map back on the table.",
    "From about twenty five boxes, how many may be damaged?",
    "Tell me about the biggest improvement you made to PostgreSQL backups.",
    "Who would you ask for help, and when?",
    "We both know that nobody wants to work with a blunt blade.",
    "Give me an example of a bumpy project that ended well.",
    "How long have you been welding pipes by hand?",
    "What have you learnt from working with people you could not please?",
    "Imagine a member of your group comes in late five times a month.",
    "Why do you want to leave, and why now?",
    "Compare two ways to prepare a lamb shoulder for eighty guests.",
    "Suppose the budget is cut by thirty percent tomorrow morning.",
    "Hop up, keep moving, and maybe jump back.",
    "Oh, I see. You moved to a new room every two weeks?",
    "The lamp above the big blue door blinked, then stopped.",
    "Good. Let us go on to the next one.",
    "Thank you. That was the last question I had for you today.",
    "What made you proud of your work this spring?",
    "If a patient refuses the medicine, what is your first step?",
    "Your manager wants it by Monday; your client wants it better.",
    "Which numbers do you look at every morning, and which do you ignore?",
    "In the end, who benefited from the change you made?",
    "Walk me through the steps, one by one.",
)
VOICES = tuple(kokoro.VOICES)


def voice_of(number: int) -> str:
    """The voices in turn."""
    return VOICES[number % len(VOICES)]


def spoken() -> list[dict[str, Any]]:
    """Phoneme times and the track of every sentence."""
    out = []
    for number, text in enumerate(SENTENCES):
        _, track, timings = kokoro.speak_timed(text, voice=voice_of(number))
        times = [[item.phoneme, item.start, item.end] for item in timings]
        out.append({"text": text, "voice": voice_of(number), "timings": times, "track": dump(track)})
    return out


def main() -> None:
    """Write the fixture."""
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in spoken())
    FIXTURE.write_text(f'{{"format":{FORMAT},"spoken":[\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()

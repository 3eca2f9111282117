"""`python -m tests.bench.capacity`: the tables of docs/scaling.md, computed from what was measured.

Nothing is measured here. `MEASURED` holds what `make bench` and `make bench-load` printed; `USE` is how people use it,
an assumption; `PRICES` are list prices of one provider that nobody of this project has checked with an account. The
rest is multiplication, so that whoever has other numbers puts them in and prints other tables. A test holds the
document to this output.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU seconds and bytes, medians on the machine that docs/scaling.md names."""

    # Per recorded second: media (of a time when the worker read the file itself: what the process that does it now
    # spends is in no number), transcript, voice, presence, listening while it is recorded (make bench).
    media: float = 0.006
    transcript: float = 0.118
    voice: float = 0.012
    presence: float = 0.218
    listening: float = 0.09
    # Per recorded second of an upload in pieces of one second (make bench-load): API, nginx, PostgreSQL, Valkey.
    api: float = 0.0073
    nginx: float = 0.0003
    postgres: float = 0.0008
    valkey: float = 0.0001
    # Per answer: grade and tips with the flow server's part. Per interview: planning it, and speaking its questions.
    grade_s: float = 0.4
    plan_s: float = 25.0
    # Recording at 1 Mbit/s and the sound beside it (16 kHz, 16 bit); rows of an answer with its results, three times
    # as large with indexes and what updates leave behind (the factor is an assumption).
    video_bytes: int = 125_000
    audio_bytes: int = 32_000
    rows_bytes: int = 3 * 22_000


@dataclass(frozen=True, slots=True)
class Use:
    """How an interview goes, and how the day is spread."""

    answers: int = 6
    answer_s: int = 120
    minutes: int = 20
    busiest_hour: float = 0.15  # of a day's interviews
    used: float = (
        0.6  # how much of a core may be busy in that hour: the rest is for waiting times and a host that fails
    )
    days_kept: int = 30
    watched: float = 1.5  # how often the recordings are played


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars a month: a core of a shared-CPU machine with 2 GiB, a GB stored, a GB sent out. Not verified."""

    core: float = 12.0
    stored_gb: float = 0.02
    sent_gb: float = 0.01
    database_gb: float = 0.215


MEASURED, USE, PRICES = Measured(), Use(), Prices()
DAILY = (100, 10_000, 1_000_000)


def of_one(measured: Measured = MEASURED, use: Use = USE) -> dict[str, float]:
    """CPU seconds of one interview by queue or service."""
    recorded = use.answers * use.answer_s
    return {
        "media (sound, words, voice)": recorded * (measured.media + measured.transcript + measured.voice),
        "vision (presence)": recorded * measured.presence,
        "listening": recorded * measured.listening,
        "interactive and flows": use.answers * measured.grade_s + measured.plan_s,
        "API": recorded * measured.api,
        "nginx, PostgreSQL, Valkey": recorded * (measured.nginx + measured.postgres + measured.valkey),
    }


def at(daily: int, measured: Measured = MEASURED, use: Use = USE, prices: Prices = PRICES) -> dict[str, float]:
    """What so many interviews a day need: cores by part in the busiest hour, bytes, dollars a month."""
    hourly = daily * use.busiest_hour
    spent = of_one(measured, use)
    cores = {part: hourly * seconds / 3600 / use.used for part, seconds in spent.items()}
    recorded = use.answers * use.answer_s
    media = recorded * (measured.video_bytes + measured.audio_bytes) * daily * use.days_kept / 1e9
    rows = use.answers * measured.rows_bytes * daily * 365 / 1e9
    sent = recorded * measured.video_bytes * use.watched * daily * 30 / 1e9
    machines = max(1, math.ceil(sum(cores.values())))
    return {
        "at_once": hourly * use.minutes / 60,
        "cores": sum(cores.values()),
        "workers": sum(value for part, value in cores.items() if part not in ("API", "nginx, PostgreSQL, Valkey")),
        "api_processes": max(1, math.ceil(cores["API"])),
        "upload_mbit": hourly * recorded / 3600 * measured.video_bytes * 8 / 1e6,
        "stored_gb": media,
        "database_gb_a_year": rows,
        "sent_gb_a_month": sent,
        "dollars": machines * prices.core
        + media * prices.stored_gb
        + rows * prices.database_gb
        + sent * prices.sent_gb,
    }


def _round(value: float) -> str:
    if value >= 100:
        digits = 2 - math.floor(math.log10(value)) - 1
        return f"{round(value, digits):,.0f}"
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def tables() -> str:
    """Both tables in Markdown."""
    one = of_one()
    lines = ["| part | CPU seconds of one interview |", "|---|---|"]
    lines += [f"| {part} | {seconds:.0f} |" for part, seconds in one.items()]
    lines += [f"| together | {sum(one.values()):.0f} |", ""]
    found = [at(daily) for daily in DAILY]
    rows = {
        "interviews at once in the busiest hour": "at_once",
        "cores, all parts": "cores",
        "of them workers": "workers",
        "API processes": "api_processes",
        "uploads, Mbit/s": "upload_mbit",
        "recordings kept, GB": "stored_gb",
        "database, GB a year": "database_gb_a_year",
        "sent to viewers, GB a month": "sent_gb_a_month",
        "US dollars a month": "dollars",
    }
    lines += ["| interviews a day | " + " | ".join(f"{daily:,}" for daily in DAILY) + " |", "|---" * 4 + "|"]
    lines += [f"| {title} | " + " | ".join(_round(row[key]) for row in found) + " |" for title, key in rows.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(tables())

"""The command line: the same results as the functions, clean streams, honest exit statuses."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path
from typing import Any

import pytest

from app.api.schemas.reports import ReportOut
from app.cli.grade import OWN_COMPETENCY, batch
from app.cli.inputs import read_resume
from app.domain.question import Question, QuestionKind
from app.services.grading.rubric import grade_answer, make_tips, typed_transcript
from app.services.interviews.planner import plan
from app.services.postings.parser.gaps import compare
from app.services.postings.parser.text import parse_text
from app.services.providers.tts.kokoro import speak
from app.utils.json import dump

BACKEND = Path(__file__).resolve().parents[2]
POSTING = BACKEND / "tests" / "fixtures" / "postings" / "nurse.txt"
QUESTION = "Tell me about a time you had to reassure a worried patient."
ANSWER = (
    "On my second night shift a patient was afraid of the operation. I sat down with her, asked what worried her most "
    "and explained each step in simple words. I called the surgeon, who came and answered two questions. She slept "
    "that night, and the next morning she thanked me; since then I ask every patient what worries them first."
)


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=BACKEND,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env=os.environ | {"DATABASE_URL": "postgresql://127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"},
    )


def output(*arguments: str, stdin: str = "") -> dict[str, Any]:
    done = run(*arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_plan_is_the_planner_s() -> None:
    printed = output("plan", "--posting", str(POSTING), "--questions", "5", "--seed", "2")
    posting = parse_text(POSTING.read_text(encoding="utf-8"))
    expected = plan(posting, count=5, seed=2)
    assert printed["schema"] == 1
    assert printed["questions"] == [dump(question) for question in expected.questions]
    assert printed["coverage"] == dump(expected.coverage)
    assert printed["posting"]["title"] == posting.title
    assert [item["id"] for item in printed["posting"]["requirements"]] == [item.id for item in posting.requirements]
    assert all(item["quote"] in posting.text for item in printed["posting"]["requirements"])


def test_a_resume_adds_its_gaps_and_changes_no_question(tmp_path: Path) -> None:
    resume = tmp_path / "cv.txt"
    resume.write_text("Skills\nNMC registered nurse, adult branch\nVenepuncture, 2020\n", encoding="utf-8")
    plain = output("plan", "--posting", str(POSTING), "--seed", "3")
    printed = output("plan", "--posting", str(POSTING), "--seed", "3", "--resume", str(resume))
    found = printed.pop("resume")
    assert printed == plain
    assert found == dump(compare(parse_text(POSTING.read_text(encoding="utf-8")), read_resume(str(resume))))
    shown = {item["requirement_id"]: item["quotes"][0]["quote"] for item in found["items"] if item["state"] == "shown"}
    assert shown["r8"] == "NMC registered nurse, adult branch"
    assert set(found) == {"shown", "related", "not_found", "items"}
    assert set(found["items"][0]) == {"requirement_id", "weight", "state", "quotes", "note"}


def test_plan_reads_standard_input() -> None:
    text = POSTING.read_text(encoding="utf-8")
    assert output("plan", "--posting", "-", stdin=text) == output("plan", "--posting", str(POSTING))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("plan", "--posting", "no-such-file.txt"), "does not exist"),
        (("plan", "--posting", str(BACKEND)), "is a folder"),
        (("plan", "--posting", str(POSTING), "--questions", "99"), ""),
        (("plan", "--posting", "http://127.0.0.1:1/posting"), ""),
        (("plan", "--posting", str(POSTING), "--resume", "no-such.pdf"), "does not exist"),
        (("plan", "--posting", str(POSTING), "--resume", os.devnull), "This file is empty"),
        (("plan", "--posting", "-", "--resume", "-"), "Only one"),
        (("plan",), "--posting"),
        (("grade", "--question", "Why?"), "--answer"),
        (("grade", "--question", " ", "--answer", str(POSTING)), "question is empty"),
        (("grade", "--question", "Why?", "--recording", "no-such.webm"), "does not exist"),
        (("grade", "--question", "Why?", "--recording", str(POSTING)), ""),
        (("grade", "--question", "Why?", "--answer", str(POSTING), "--kind", "riddle"), "riddle"),
        (("practice", "--posting", str(POSTING), "--recordings", "nowhere", "--out", "r.json"), "does not exist"),
        (("speak", "Hello.", "--out", "nowhere/x.wav"), "does not exist"),
        (("speak", "Hello.", "--out", "x.wav", "--voice", "nobody"), ""),
        (("dance",), "dance"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = [line for line in done.stderr.strip().splitlines() if not line.startswith(("posting:", "listening"))]
    assert len(lines) == 1, done.stderr
    assert words in lines[0]
    assert "Traceback" not in done.stderr


def test_grade_is_the_rubric_s(tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text(ANSWER, encoding="utf-8")
    printed = output("grade", "--question", QUESTION, "--answer", str(tmp_path / "answer.txt"))
    question = Question(id="q1", text=QUESTION, kind=QuestionKind.BEHAVIOURAL, competency=OWN_COMPETENCY)
    transcript = typed_transcript(ANSWER)
    expected = grade_answer(question, transcript)
    assert printed["schema"] == 1
    assert printed["overall"] == expected.overall
    assert printed["dimensions"] == [dump(dimension) for dimension in expected.dimensions]
    assert printed["gates"] == [dump(gate) for gate in expected.gates]
    assert printed["tips"] == [dump(tip) for tip in make_tips(question, transcript, expected)]
    assert " ".join(word["text"] for word in printed["transcript"]["words"]).split() == ANSWER.split()
    assert set(printed["measures"]["not_measured"]) == {"voice", "presence"}
    assert len(printed["provenance"]["input_hash"]) == 64
    quotes = [item["quote"] for dimension in printed["dimensions"] for item in dimension["evidence"]]
    assert quotes
    assert all(quote in ANSWER for quote in quotes)


def test_an_answer_from_standard_input_gets_the_same_grade(tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text(ANSWER, encoding="utf-8")
    from_file = output("grade", "--question", QUESTION, "--answer", str(tmp_path / "answer.txt"))
    assert output("grade", "--question", QUESTION, "--answer", "-", stdin=ANSWER) == from_file


def test_a_batch_goes_on_after_bad_lines() -> None:
    good = {"id": "a", "question": QUESTION, "answer": ANSWER}
    lines = [
        json.dumps(good),
        "not json",
        "",
        "[1]",
        json.dumps({"id": 7, "question": QUESTION}),
        json.dumps(good | {"id": "b", "question": "  "}),
        json.dumps(good | {"id": "c", "kind": "riddle"}),
        json.dumps(good | {"id": "d", "duration_s": 45.5, "posting": POSTING.read_text(encoding="utf-8")}),
        json.dumps(good | {"id": "e", "answer": ""}),
    ]
    results = list(batch(iter(lines)))
    assert [result["id"] for result in results] == ["a", 2, 4, 7, "b", "c", "d", "e"]
    failed = {result["id"]: result["error"]["code"] for result in results if "error" in result}
    assert failed == {
        2: "line_not_json",
        4: "line_not_object",
        7: "line_invalid",
        "b": "question_empty",
        "c": "line_invalid",
    }
    graded = {result["id"]: result for result in results if "error" not in result}
    assert graded["d"]["overall"] == graded["a"]["overall"]
    assert graded["d"]["transcript"]["duration_ms"] == 45_500
    assert all(ANSWER not in json.dumps(result["error"]) for result in results if "error" in result)


def test_a_batch_through_pipes_answers_line_by_line() -> None:
    argv = [sys.executable, "-m", "app", "grade", "--batch"]
    with subprocess.Popen(argv, cwd=BACKEND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in (1, 2):
            line = json.dumps({"id": number, "question": QUESTION, "answer": ANSWER})
            process.stdin.write(line + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(30) == 0


@pytest.mark.models
def test_speak_writes_audio_and_cues(tmp_path: Path) -> None:
    printed = output("speak", "Why this job?", "--out", str(tmp_path / "q.wav"))
    audio, track = speak("Why this job?", voice="af_heart")
    assert (tmp_path / "q.wav").read_bytes() == audio
    cues = json.loads((tmp_path / "q.json").read_text(encoding="utf-8"))
    assert cues["cues"] == dump(track)["cues"]
    assert cues["words"] == dump(track)["words"]
    assert printed["duration_s"] == track.duration_s == cues["duration_s"]


@pytest.mark.models
def test_a_practised_interview_has_the_web_s_report(tmp_path: Path) -> None:
    takes = tmp_path / "takes"
    takes.mkdir()
    audio, _ = speak(ANSWER[:160], voice="am_michael")
    (takes / "1.wav").write_bytes(audio)
    (takes / "2.txt").write_text(ANSWER, encoding="utf-8")
    (takes / "3.webm").write_bytes(b"no recording at all")
    printed = output(
        *("practice", "--posting", str(POSTING), "--recordings", str(takes), "--out", str(tmp_path / "report.json")),
        *("--questions", "4"),
    )
    document = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert document.pop("schema") == 1
    report = ReportOut.model_validate(document)
    assert [answer.take.kind if answer.take else None for answer in report.answers] == ["voice", "typed", "video", None]
    spoken, typed, broken, missing = report.answers
    assert spoken.transcript is not None
    assert "patient" in " ".join(word.text for word in spoken.transcript.words)
    assert spoken.voice is not None
    assert {stage.name: stage.state for stage in spoken.stages}["presence"] == "skipped"
    assert typed.grade == grade_answer(typed.question, typed_transcript(ANSWER))
    states = {stage.name: stage.state for stage in broken.stages}
    failed = ("media", "transcript", "voice", "presence", "grade", "tips")
    assert states == dict.fromkeys(failed, "failed") | {"cloud_video": "skipped"}
    assert broken.grade is None
    assert missing.take is None
    assert (printed["asked"], printed["answered"], printed["graded"]) == (4, report.summary.answered, 2)
    with wave.open(io.BytesIO(audio)) as clip:
        assert spoken.take is not None
        assert spoken.take.duration_ms is not None
        assert abs(spoken.take.duration_ms - 1000 * clip.getnframes() / clip.getframerate()) < 100


def test_more_recordings_than_questions_is_said(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.txt").write_text(ANSWER, encoding="utf-8")
    done = run(
        *("practice", "--posting", str(POSTING), "--recordings", str(tmp_path), "--out", str(tmp_path / "r.json")),
        *("--questions", "3"),
    )
    assert done.returncode == 2
    assert "4 recordings for 3 questions" in done.stderr
    assert not (tmp_path / "r.json").exists()


def test_doctor_says_what_is_configured_and_what_is_missing(tmp_path: Path) -> None:
    printed = run("doctor")
    report = json.loads(printed.stdout)
    checks = {check["id"]: check for check in report["checks"]}
    assert checks["database"]["state"] == "missing"
    assert checks["database"]["hint"] == "Check DATABASE_URL."
    assert checks["flows"]["detail"].startswith("embedded")
    assert checks["models"]["state"] == "ok"
    assert report["runnable"] is False
    assert printed.returncode == 1
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "app", "doctor"],
        cwd=BACKEND,
        env=environment | {"REHEARSAL_DATA": str(tmp_path / "d"), "REHEARSAL_MODELS": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    models = next(check for check in json.loads(done.stdout)["checks"] if check["id"] == "models")
    assert (done.returncode, models["state"], models["hint"]) == (1, "missing", "Run `make setup`.")


def test_interrupting_is_clean() -> None:
    argv = [sys.executable, "-m", "app", "grade", "--batch"]
    with subprocess.Popen(
        argv,
        cwd=BACKEND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever started the tests in the background of a shell has handed on a SIGINT that is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("not json\n")
        process.stdin.flush()
        process.stdout.readline()
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors.strip() == "Interrupted."

import { useCallback, useMemo } from "react";
import { Link, useParams } from "react-router";
import { AnswerSection } from "../components/report/answer-section";
import { Letter } from "../components/report/letter";
import { Provenance } from "../components/report/provenance";
import { Reading } from "../components/report/reading";
import { Problem } from "../components/ui/problem";
import { Waiting } from "../components/ui/waiting";
import { useReport } from "../hooks/queries/report";
import { useProgress } from "../hooks/use-progress";
import { useTitle } from "../hooks/use-title";
import type { AnswerOut, Evidence, ReportOut, StageOut } from "../utils/api/types";
import { bandShort, count } from "../utils/format";
import { costLine } from "../utils/model";
import { places } from "../utils/places";
import { Player } from "../utils/player";
import "./report.css";
import "./report-answer.css";
import "./report-measures.css";

export function ReportPage() {
  const { id = "" } = useParams();
  const report = useReport(id);
  const progress = useProgress(id);
  useTitle("The report");
  if (report.isPending) return <Waiting label="Opening the report" lines={8} />;
  if (report.isLoadingError) return <Problem error={report.error} onRetry={() => void report.refetch()} />;
  const reading = progress.data?.answers.some((answer) => answer.stages.some(isOpen));
  return (
    <div className="report">
      {reading && progress.data && <Reading interview={report.data.interview} progress={progress.data} />}
      {progress.isError && <Problem error={progress.error} onRetry={() => void progress.refetch()} />}
      <Whole report={report.data} begun={!reading || report.data.summary.graded > 0} />
    </div>
  );
}

function Whole({ report, begun }: { report: ReportOut; begun: boolean }) {
  const ids = report.answers.map((answer) => answer.question_id).join(" ");
  const at = useMemo(() => places(report.answers, (answer) => answer.question_id), [report.answers]);
  const players = useMemo(() => new Map(ids.split(" ").map((id) => [id, new Player()])), [ids]);

  const show = useCallback(
    (questionId: string | null, evidence: Evidence) => {
      const section = document.getElementById(at.get(questionId ?? "")?.anchor ?? "");
      if (!section) return;
      if (typeof evidence.start_ms === "number") {
        const away = section.querySelector("video, audio, .timeline") ?? section;
        const box = away.getBoundingClientRect();
        if (box.top < 0 || box.bottom > window.innerHeight) away.scrollIntoView({ block: "center" });
        players.get(questionId ?? "")?.seek(evidence.start_ms, true);
      } else {
        const marks = [...section.querySelectorAll<HTMLElement>("mark.evidence")];
        const first = evidence.quote.split(/\s+/).slice(0, 4).join(" ");
        const mark = marks.find((item) => item.textContent?.includes(first)) ?? section;
        mark.scrollIntoView({ block: "center" });
      }
    },
    [at, players],
  );

  // A follow-up that was passed over is no question that was skipped.
  const shown = report.answers.filter((answer) => answer.take !== null || !answer.question.follows);
  const skipped = shown.filter((answer) => answer.take === null);

  if (!begun) return <h1 className="only-heard">The report of your interview</h1>;
  return (
    <>
      <div className="report__first">
        <Letter report={report} onShow={show} />
        <nav className="contents" aria-label="Answers">
          <ol>
            {shown.map((answer) => (
              <li
                key={answer.question_id}
                className={answer.question.follows ? "contents__follow" : undefined}
              >
                <a href={answer.take ? `#${at.get(answer.question_id)?.anchor}` : "#skipped"}>
                  <span>{answer.question.text}</span>
                  <span className="hush num">{state(answer)}</span>
                </a>
              </li>
            ))}
          </ol>
        </nav>
      </div>
      {shown.map((answer) => {
        const place = at.get(answer.question_id);
        return answer.take === null || !place ? null : (
          <AnswerSection
            key={answer.question_id}
            interviewId={report.interview.id}
            answer={answer}
            take={answer.take}
            place={place}
            agreed={report.interview.settings.consent.providers.includes("twelvelabs")}
            told={report.summary.tips.slice(0, 3)}
            player={players.get(answer.question_id) ?? new Player()}
            onShow={(evidence) => show(answer.question_id, evidence)}
          />
        );
      })}
      {skipped.length > 0 && (
        <section className="skipped" id="skipped" aria-labelledby="skipped-title">
          <h2 id="skipped-title">You skipped {count(skipped.length, "question")}</h2>
          <ul>
            {skipped.map((answer) => (
              <li key={answer.question_id}>{answer.question.text}</li>
            ))}
          </ul>
          <Link className="btn" to={`/interviews/${report.interview.id}/room`}>
            Answer {skipped.length === 1 ? "it" : "them"} now
          </Link>
        </section>
      )}
      <Provenance
        value={report.provenance}
        cost={costLine(report.usage)}
        href={`/api/interviews/${report.interview.id}/report`}
      />
    </>
  );
}

/** Described moments come minutes later: the report does not wait for them. */
function isOpen(stage: StageOut): boolean {
  return stage.name !== "cloud_video" && !["done", "skipped", "failed"].includes(stage.state);
}

function state(answer: AnswerOut): string {
  if (answer.take === null) return "skipped";
  if (answer.stages.some((stage) => stage.state === "failed" && stage.name !== "cloud_video"))
    return "stopped";
  return bandShort(answer.grade?.range) ?? (answer.grade ? "not graded" : "being read");
}

import type { Evidence, ReportOut, Tip } from "../../utils/api/types";
import { band, count, levelWords, when } from "../../utils/format";
import { type Place, places } from "../../utils/places";
import { LevelRuler } from "../ui/level-ruler";
import { EvidenceButton } from "./evidence-button";

interface Props {
  report: ReportOut;
  onShow(questionId: string | null, evidence: Evidence): void;
}

/** The first page: the band for the whole, what was strongest, and three things to change. */
export function Letter({ report, onShow }: Props) {
  const { summary, interview, answers } = report;
  const at = places(answers, (answer) => answer.question_id);
  const place = (id: string | null | undefined) => at.get(id ?? "");
  const middle = summary.overall;
  const words = band(summary.range);
  return (
    <header className="letter">
      <p className="hush">
        {[interview.posting.company, when(interview.finished_at ?? interview.created_at)]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <h1>{interview.posting.title ?? "Your rehearsal"}</h1>
      {middle !== null && words ? (
        <div className="letter__band">
          <p className="letter__words">
            <span className="num">{words[0]?.toUpperCase() + words.slice(1)}</span> of 5
          </p>
          <LevelRuler low={summary.range?.[0] ?? middle} high={summary.range?.[1] ?? middle} />
          <p>
            {count(summary.graded, "answer")} of {count(summary.asked, "question")}, taken together:{" "}
            {levelWords(middle)}. The band is as wide as the measure is unsure.
          </p>
        </div>
      ) : (
        <p className="letter__band">
          {summary.answered === 0
            ? "No question was answered, so there is nothing to grade."
            : "Nothing is graded yet."}
        </p>
      )}
      {summary.strongest && (
        <section className="letter__strong" aria-labelledby="strong-title">
          <h2 id="strong-title">Strongest</h2>
          <blockquote>
            <span className="evidence">“{summary.strongest.quote}”</span>
          </blockquote>
          <EvidenceButton
            evidence={{
              ...summary.strongest,
              quote: "",
              label: `In ${place(summary.strongest_question_id)?.inside}`,
            }}
            onShow={() => summary.strongest && onShow(summary.strongest_question_id, summary.strongest)}
          />
        </section>
      )}
      {summary.tips.length > 0 && (
        <section className="letter__tips" aria-labelledby="tips-title">
          <h2 id="tips-title">
            {summary.tips.length === 1 ? "One thing to change" : "What to change, most valuable first"}
          </h2>
          <ol>
            {summary.tips.slice(0, 3).map((tip) => (
              <TipItem
                key={`${tip.question_id}-${tip.dimension}-${tip.text}`}
                tip={tip}
                place={place(tip.question_id)}
                onShow={(evidence) => onShow(tip.question_id ?? null, evidence)}
              />
            ))}
          </ol>
        </section>
      )}
    </header>
  );
}

function TipItem({
  tip,
  place,
  onShow,
}: {
  tip: Tip;
  place: Place | undefined;
  onShow(evidence: Evidence): void;
}) {
  return (
    <li>
      <h3>{tip.text}</h3>
      <p>{tip.do_next}</p>
      {tip.moment && <EvidenceButton evidence={tip.moment} onShow={onShow} />}
      {place && (
        <p className="hush">
          <a href={`#${place.anchor}`}>In {place.inside}</a>
        </p>
      )}
    </li>
  );
}

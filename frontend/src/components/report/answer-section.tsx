import { useMemo } from "react";
import { useRetryStage } from "../../hooks/queries/report";
import type { AnswerOut, Evidence, StageOut, TakeOut, Tip } from "../../utils/api/types";
import { band, levelWords } from "../../utils/format";
import { modelLine } from "../../utils/model";
import type { Place } from "../../utils/places";
import type { Player } from "../../utils/player";
import { AnswerMedia } from "./answer-media";
import { EvidenceButton } from "./evidence-button";
import { Measures } from "./measures";
import { Observations } from "./observations";
import { Rubric } from "./rubric";
import { StageList } from "./stage-list";
import { Timeline } from "./timeline";
import { TranscriptText } from "./transcript-text";

interface Props {
  interviewId: string;
  answer: AnswerOut;
  take: TakeOut;
  place: Place;
  /** Whether a service may look at the recording. */
  agreed: boolean;
  /** Tips the letter has told already. */
  told: readonly Tip[];
  player: Player;
  onShow(evidence: Evidence): void;
}

const sum = (counts: Record<string, number> | undefined) =>
  Object.values(counts ?? {}).reduce((total, number) => total + number, 0);
const LONGEST_MARK_MS = 20_000;

/** One answer: the recording and what was measured at the left, the rubric and the words at the right. */
export function AnswerSection({ interviewId, answer, take, place, agreed, told, player, onShow }: Props) {
  const { question, grade, transcript, voice, presence, stages } = answer;
  const retry = useRetryStage(interviewId);
  const evidence = useMemo(() => grade?.dimensions.flatMap((row) => row.evidence) ?? [], [grade]);
  // A measure of the whole answer is no moment on the line.
  const timed = evidence.filter(
    (item) => typeof item.start_ms === "number" && (item.end_ms ?? 0) - item.start_ms < LONGEST_MARK_MS,
  );
  const quoted = useMemo(() => evidence.filter((item) => item.quote !== ""), [evidence]);
  const durationMs = transcript?.duration_ms ?? voice?.duration_ms ?? take.duration_ms ?? 0;
  const recorded = take.kind !== "typed";
  // What a service of others describes comes when it comes: it has a place of its own.
  const own = stages.filter((stage) => stage.name !== "cloud_video");
  const open = own.some((stage) => !["done", "skipped"].includes(stage.state));
  const score = grade?.overall ?? null;
  const read = grade ? modelLine(grade) : null;
  const isTold = (tip: Tip) =>
    told.some((other) => other.text === tip.text && other.question_id === answer.question_id);
  const again = (stage: StageOut["name"]) => retry.mutate({ takeId: take.id, stage });
  const tips = answer.tips.filter((tip) => !isTold(tip));

  const words = transcript && (
    <section aria-label={recorded ? "Transcript" : "Your answer"} className="answer__words">
      <h3>{recorded ? "Your words" : "Your answer"}</h3>
      <TranscriptText
        transcript={transcript}
        evidence={quoted}
        star={grade?.star ?? []}
        pauses={voice?.pauses ?? []}
        player={recorded && take.media_url ? player : null}
      />
    </section>
  );

  return (
    <section className="answer" id={place.anchor} aria-labelledby={`${place.anchor}-title`}>
      <header className="answer__head">
        <p className="hush">{place.name}</p>
        <h2 id={`${place.anchor}-title`} tabIndex={-1}>
          {question.text}
        </h2>
        {answer.follow_up && (
          <p>
            {answer.follow_up.why}
            {answer.follow_up.quote && (
              <>
                {" "}
                It was about <span className="evidence">“{answer.follow_up.quote}”</span>
              </>
            )}{" "}
            Read together with the answer before it: for each row of the rubric the better of the two counts.
          </p>
        )}
        {score !== null && (
          <p className="answer__band">
            <b className="num">{band(grade?.range) ?? score.toFixed(1)} of 5</b>, {levelWords(score)}
          </p>
        )}
        {grade?.not_graded && <p>Not graded. {grade.not_graded}</p>}
        {read && <p className="hush answer__model">{read}</p>}
      </header>
      <div className={recorded ? "answer__body" : "answer__body answer__body--typed"}>
        {!recorded && <div className="answer__left">{words}</div>}
        {recorded && (
          <div className="answer__left">
            <AnswerMedia take={take} player={player} place={place.number} />
            {durationMs > 0 && take.media_url && (
              <Timeline
                player={player}
                durationMs={durationMs}
                evidence={timed}
                pauses={voice?.pauses ?? []}
                fillers={transcript?.words.filter((word) => word.filler) ?? []}
              />
            )}
            {(voice || !open) && (
              <Measures
                take={take}
                voice={voice}
                presence={presence}
                agreeing={sum(answer.observations?.agreeing)}
                stages={stages}
                player={player}
                durationMs={durationMs}
              />
            )}
          </div>
        )}
        <div className="answer__right">
          {open && <StageList stages={own} retrying={retry.isPending} onRetry={again} />}
          {tips.length > 0 && (
            <ul className="answer__tips" aria-label="What to change in this answer">
              {tips.map((tip) => (
                <li key={`${tip.dimension}-${tip.text}`}>
                  <b>{tip.text}</b> {tip.do_next}
                  {tip.moment && <EvidenceButton evidence={tip.moment} onShow={onShow} />}
                </li>
              ))}
            </ul>
          )}
          {grade && <Rubric grade={grade} onShow={onShow} />}
          {recorded && words}
          {take.kind === "video" && (
            <Observations
              answer={answer}
              agreed={agreed}
              retrying={retry.isPending}
              onRetry={again}
              onShow={onShow}
            />
          )}
        </div>
      </div>
    </section>
  );
}

import type { DimensionScore, Evidence, Grade } from "../../utils/api/types";
import { movedLine } from "../../utils/model";
import { LevelRuler } from "../ui/level-ruler";
import { EvidenceButton } from "./evidence-button";

const GROUPS = {
  content: { name: "What you said", share: "seven tenths of the grade" },
  voice: { name: "How it sounded", share: "two tenths" },
  presence: { name: "What the picture shows", share: "one tenth at most" },
} as const;

interface Props {
  grade: Grade;
  onShow(evidence: Evidence): void;
}

/** Every score with the words it rests on and what the next level asks for. */
export function Rubric({ grade, onShow }: Props) {
  return (
    <div className="rubric">
      {(Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((group) => {
        const rows = grade.dimensions.filter((row) => row.group === group && row.status !== "not_applicable");
        if (rows.length === 0) return null;
        return (
          <section key={group} className="rubric__group">
            <h3>
              {GROUPS[group].name} <span className="hush">{GROUPS[group].share}</span>
            </h3>
            {group === "presence" && (
              <p className="hush">
                Ignore what does not fit you. Faces, eyes, movement and customs differ, and looking away while
                thinking is ordinary.
              </p>
            )}
            <ul>
              {rows.map((row) => (
                <Row key={row.id} row={row} moved={movedLine(grade, row.id)} onShow={onShow} />
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

interface RowProps {
  row: DimensionScore;
  moved: string | null;
  onShow(evidence: Evidence): void;
}

function Row({ row, moved, onShow }: RowProps) {
  const measured = row.score !== null && row.status === "scored";
  return (
    <li className="score">
      <div className="score__head">
        <h4>{row.name}</h4>
        {measured ? (
          <p className="num">
            <b>{row.score?.toFixed(1)}</b>
            <span className="hush"> of 5</span>
          </p>
        ) : (
          <p className="hush">Not measured</p>
        )}
      </div>
      <LevelRuler low={measured ? row.score : null} high={measured ? row.score : null} small />
      {measured && row.anchor && <p className="score__anchor">{row.anchor}</p>}
      <p className="score__why">{row.why}</p>
      {moved && <p className="hush">{moved}</p>}
      {row.evidence.length > 0 && (
        <div className="score__proofs">
          {row.evidence.map((evidence, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two marks may have the same words and time
            <EvidenceButton key={index} evidence={evidence} onShow={onShow} />
          ))}
        </div>
      )}
      {row.not_found && <p className="score__why">{row.not_found}</p>}
      {measured && row.next_level && (
        <p className="score__next">
          <b>The next level:</b> {row.next_level}
        </p>
      )}
    </li>
  );
}

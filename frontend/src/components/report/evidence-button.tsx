import type { Evidence } from "../../utils/api/types";
import { clock, shorten } from "../../utils/format";

interface Props {
  evidence: Evidence;
  onShow(evidence: Evidence): void;
}

/** Something you said or did. Pressing it plays the moment, or shows it in a typed answer. */
export function EvidenceButton({ evidence, onShow }: Props) {
  const timed = typeof evidence.start_ms === "number";
  const what = evidence.quote ? `“${shorten(evidence.quote, 120)}”` : (evidence.label ?? "This moment");
  return (
    <button type="button" className="proof" onClick={() => onShow(evidence)}>
      <span className="proof__act">
        {timed ? (
          <>
            <svg viewBox="0 0 12 12" aria-hidden="true">
              <path d="M3 1.500v9l7.500-4.500z" />
            </svg>
            <span className="only-heard">Play </span>
            <span className="num">{clock(evidence.start_ms)}</span>
          </>
        ) : (
          "Show"
        )}
      </span>
      <span className="proof__words">
        {what}
        {evidence.quote && evidence.label && <span className="proof__label"> {evidence.label}</span>}
      </span>
    </button>
  );
}

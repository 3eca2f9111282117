import { useState } from "react";
import type { Weight } from "../../utils/api/types";
import type { GapRow } from "../../utils/gaps";
import { FOUND, WEIGHTS } from "../../utils/words";

interface Props {
  rows: readonly GapRow[];
  active: string | null;
  onHover(id: string | null): void;
}

/** Left what the posting asks for, right the line of the résumé. Hover one, and the other lights up. */
export function GapMap({ rows, active, onHover }: Props) {
  // One line of a résumé can stand for several requirements: it lights up all of them.
  const [line, setLine] = useState<number | null>(null);
  const says = (row: GapRow, start: number | null) => row.quotes.some((quote) => quote.start === start);
  return (
    <div className="gaps">
      <div className="gaps__columns" aria-hidden="true">
        <span>The posting asks for</span>
        <span>Your résumé says</span>
      </div>
      {(Object.keys(WEIGHTS) as Weight[]).map((weight) => {
        const some = rows.filter((row) => row.weight === weight);
        if (some.length === 0) return null;
        return (
          <section key={weight} aria-labelledby={`gaps-${weight}`}>
            <h3 id={`gaps-${weight}`}>{WEIGHTS[weight].many}</h3>
            <ul>
              {some.map((row) => {
                const lit = line === null ? row.id === active : says(row, line);
                return (
                  <li
                    key={row.id}
                    className={lit ? "gap gap--lit" : "gap"}
                    onMouseEnter={() => onHover(row.id)}
                    onMouseLeave={() => onHover(null)}
                  >
                    <div className="gap__ask">
                      <p>{row.text}</p>
                      {row.line && <p className="gap__line">From: “{row.line}”</p>}
                    </div>
                    <div className="gap__says">
                      <p className={`gap__found gap__found--${row.found}`}>{FOUND[row.found]}</p>
                      {row.quotes.map((quote) => (
                        <blockquote
                          key={quote.start}
                          onMouseEnter={() => setLine(quote.start)}
                          onMouseLeave={() => setLine(null)}
                        >
                          <span className={row.found === "shown" ? "evidence" : "evidence evidence--near"}>
                            {quote.quote.replace(/\s+/g, " ")}
                          </span>
                        </blockquote>
                      ))}
                      {row.note && <p className="gap__note">{row.note}</p>}
                    </div>
                  </li>
                );
              })}
            </ul>
          </section>
        );
      })}
      <p className="hush">
        Found by comparing words and their meaning, so a line that says it in another way can be missed. What
        is not found is worth a sentence of yours in the interview.
      </p>
    </div>
  );
}

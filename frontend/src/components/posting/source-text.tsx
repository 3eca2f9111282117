import { useEffect, useRef } from "react";
import { useMedia } from "../../hooks/use-media";
import type { Span } from "../../utils/segments";
import { segments } from "../../utils/segments";

interface Props {
  text: string;
  spans: readonly Span[];
  active: string | null;
  onHover(id: string | null): void;
  onPick(id: string): void;
}

/** The posting as it was pasted; the lines something was understood from are underlined. */
export function SourceText({ text, spans, active, onHover, onPick }: Props) {
  const wide = useMedia("(min-width: 1000px)");
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!active) return;
    const mark = box.current?.querySelector(`[data-item="${CSS.escape(active)}"]`);
    const frame = box.current;
    if (!mark || !frame) return;
    const [inner, outer] = [mark.getBoundingClientRect(), frame.getBoundingClientRect()];
    if (inner.top < outer.top + 24) frame.scrollTop += inner.top - outer.top - 80;
    else if (inner.bottom > outer.bottom - 24) frame.scrollTop += inner.bottom - outer.bottom + 80;
  }, [active]);

  return (
    <details className="source sheet" open={wide}>
      <summary>The posting as you gave it</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="source__text" ref={box} tabIndex={0} aria-label="The posting as you gave it">
        {segments(text, spans).map((piece) =>
          piece.id === null ? (
            piece.text
          ) : (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the rows at the right do the same by keyboard
            // biome-ignore lint/a11y/noStaticElementInteractions: as above
            <span
              key={piece.at}
              data-item={piece.id}
              className={piece.id === active ? "source__line source__line--lit" : "source__line"}
              onMouseEnter={() => onHover(piece.id)}
              onMouseLeave={() => onHover(null)}
              onClick={() => piece.id && onPick(piece.id)}
            >
              {piece.text}
            </span>
          ),
        )}
      </section>
    </details>
  );
}

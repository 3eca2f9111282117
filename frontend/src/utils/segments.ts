// Cutting a posting's text at the places its items came from.

export interface Span {
  id: string;
  start?: number | null;
  end?: number | null;
}

export interface Segment {
  text: string;
  id: string | null;
  /** Where the piece begins, in UTF-16 units: a stable key. */
  at: number;
}

/** Maps code-point offsets, which the server counts, to the UTF-16 units of JavaScript strings. */
function unitOffsets(text: string): (codePoint: number) => number {
  if (!/[\ud800-\udfff]/.test(text)) return (n) => n;
  const units: number[] = [0];
  for (const char of text) units.push((units.at(-1) ?? 0) + char.length);
  return (n) => units[Math.min(n, units.length - 1)] ?? text.length;
}

/** The text in order, marked pieces carrying the id of their item. Of overlapping spans the first one stays. */
export function segments(text: string, spans: readonly Span[]): Segment[] {
  const unit = unitOffsets(text);
  const sorted = spans
    .flatMap((span) =>
      typeof span.start === "number" && typeof span.end === "number" && span.end > span.start
        ? [{ id: span.id, start: unit(span.start), end: unit(span.end) }]
        : [],
    )
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const pieces: Segment[] = [];
  let at = 0;
  for (const span of sorted) {
    if (span.start < at || span.start >= text.length) continue;
    if (span.start > at) pieces.push({ text: text.slice(at, span.start), id: null, at });
    pieces.push({ text: text.slice(span.start, span.end), id: span.id, at: span.start });
    at = Math.min(span.end, text.length);
  }
  if (at < text.length) pieces.push({ text: text.slice(at), id: null, at });
  return pieces;
}

// Finding quotes among the words of an answer, and cutting the words into runs that look alike.
import type { Evidence, StarSpan, Word } from "./api/types";

const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

export interface Place {
  from: number;
  /** One past the last word. */
  to: number;
}

/** Where a quote stands: by its times if the words have them, otherwise by its words in order. Null when nowhere. */
export function locate(
  words: readonly Word[],
  span: Pick<Evidence, "quote" | "start_ms" | "end_ms">,
): Place | null {
  if (span.quote === "") return null;
  const { start_ms, end_ms } = span;
  if (typeof start_ms === "number" && typeof end_ms === "number") {
    const from = words.findIndex((word) => typeof word.start_ms === "number" && word.start_ms >= start_ms);
    if (from === -1) return null;
    let to = from;
    while (
      to < words.length &&
      (words[to]?.start_ms ?? Number.POSITIVE_INFINITY) < Math.max(end_ms, start_ms + 1)
    )
      to++;
    return { from, to: Math.max(to, from + 1) };
  }
  const wanted = span.quote.split(/\s+/).map(plain).filter(Boolean);
  const said = words
    .map((word, index) => ({ key: plain(word.text), index }))
    .filter((item) => item.key !== "");
  for (let start = 0; start + wanted.length <= said.length; start++) {
    if (wanted.every((key, offset) => said[start + offset]?.key === key)) {
      const from = said[start]?.index ?? 0;
      return { from, to: (said[start + wanted.length - 1]?.index ?? from) + 1 };
    }
  }
  return null;
}

export interface Run {
  from: number;
  words: Word[];
  evidence: boolean;
  /** The part of the story that begins with this run. */
  begins: string | null;
}

/** The words in order, cut where marking changes, where a part of the story begins, and after sentences. */
export function runs(
  words: readonly Word[],
  evidence: readonly Evidence[],
  star: readonly StarSpan[],
): Run[] {
  const marked = new Set<number>();
  for (const item of evidence) {
    const place = locate(words, item);
    for (let index = place?.from ?? 0; index < (place?.to ?? 0); index++) marked.add(index);
  }
  const begins = new Map<number, string>();
  for (const span of star) {
    const place = locate(words, span);
    if (place && !begins.has(place.from)) begins.set(place.from, span.part);
  }
  const result: Run[] = [];
  for (const [index, word] of words.entries()) {
    const last = result.at(-1);
    const isMarked = marked.has(index);
    if (last && last.evidence === isMarked && !begins.has(index)) last.words.push(word);
    else result.push({ from: index, words: [word], evidence: isMarked, begins: begins.get(index) ?? null });
  }
  return result;
}

/** Index of the word spoken at `ms`, or -1 before the first; words without times are never it. */
export function wordAtMs(words: readonly Word[], ms: number): number {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle]?.start_ms ?? Number.POSITIVE_INFINITY) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export const UNCERTAIN = 0.3;

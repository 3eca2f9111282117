// What a résumé shows of a posting, as rows that can be drawn side by side.
import type { Gap, GapMap, Requirement, Weight } from "./api/types";

export type Found = Gap["state"] | "changed";

export interface GapRow {
  id: string;
  weight: Weight;
  text: string;
  /** The line of the posting, empty when the requirement says the same words or was added by hand. */
  line: string;
  found: Found;
  quotes: Gap["quotes"];
  note: string | null;
}

const ORDER: Record<Weight, number> = { must: 0, nice: 1, duty: 2 };

export const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** A row per requirement, must-haves first; one the résumé was not compared with says so. */
export function gapRows(
  requirements: readonly Pick<Requirement, "id" | "text" | "quote" | "weight">[],
  gaps: GapMap,
): GapRow[] {
  const known = new Map(gaps.items.map((item) => [item.requirement_id, item]));
  return requirements
    .map((item) => {
      const gap = known.get(item.id);
      return {
        id: item.id,
        weight: item.weight,
        text: item.text,
        line: plain(item.quote) === plain(item.text) ? "" : item.quote,
        found: gap?.state ?? ("changed" as const),
        quotes: gap?.quotes ?? [],
        note: gap?.note ?? null,
      };
    })
    .sort((a, b) => ORDER[a.weight] - ORDER[b.weight]);
}

/** "Of 4 must-haves, your résumé shows 2, comes near 1 and says nothing of 1." */
export function gapSummary(rows: readonly GapRow[]): string {
  const musts = rows.filter((row) => row.weight === "must");
  const some = musts.length > 0 ? musts : rows;
  const name = musts.length > 0 ? "must-have" : "line";
  const number = (found: Found) => some.filter((row) => row.found === found).length;
  const parts = [
    number("shown") > 0 && `shows ${number("shown")}`,
    number("related") > 0 && `comes near ${number("related")}`,
    number("not_found") > 0 && `says nothing of ${number("not_found")}`,
  ].filter((part): part is string => part !== false);
  if (parts.length === 0) return "Nothing is left of the comparison: the posting was changed since.";
  const last = parts.pop();
  const list = parts.length > 0 ? `${parts.join(", ")} and ${last}` : last;
  return `Of ${some.length} ${name}${some.length === 1 ? "" : "s"}, your résumé ${list}.`;
}

// What a grade says about the language model that read it.
import type { Grade, ReportOut } from "./api/types";

interface Told {
  title: string;
  model: string | null;
  given: number;
  kept: number;
  flags: Record<string, string[]>;
  scores: Record<string, { rules: number; model: number; shown: number }>;
  fallback: [string, string] | null;
  not_asked: [string, string] | null;
}

/** One line for under a grade; null when no language model was asked for. */
export function modelLine(grade: Grade): string | null {
  const told = grade.provenance?.model as Told | undefined;
  if (!told) return null;
  if (told.not_asked) return `${told.title} was not asked. ${told.not_asked[1]}`;
  const reason = told.fallback?.[1].replace(/\.$/, "");
  if (reason) return `The language model did not answer (${reason}): graded by the built-in rules.`;
  const name = told.model ? `${told.title} (${told.model})` : told.title;
  const checked = `Read by ${name} and checked: ${told.kept} of ${told.given} scores had evidence.`;
  const apart = Object.values(told.flags).some((flags) => flags.length > 0);
  return apart ? `${checked} Its readings were far apart or far from the rules in places.` : checked;
}

/** Where the rules and the model stood on one dimension; null when the model moved nothing there. */
export function movedLine(grade: Grade, dimension: string): string | null {
  const told = grade.provenance?.model as Told | undefined;
  const score = told?.scores[dimension];
  if (!score || score.rules === score.shown) return null;
  return `Built-in rules ${score.rules.toFixed(1)}, language model ${score.model.toFixed(1)}.`;
}

/** What the interview cost at services of others; null when nothing was asked of any. */
export function costLine(usage: ReportOut["usage"]): string | null {
  if (usage.models.length === 0) return null;
  const tokens = usage.models.reduce((sum, one) => sum + one.input_tokens + one.output_tokens, 0);
  const names = usage.models.map((one) => `${one.provider}, ${one.model}`).join("; ");
  const cost = `${usage.estimated ? "At most " : ""}$${usage.cost_usd.toFixed(4)} of $${usage.budget_usd.toFixed(2)}`;
  return `${names}: ${tokens.toLocaleString("en")} tokens. ${cost}.`;
}

// Words of the page "Your data" and of receipts. All functions are pure.
import type { components } from "./api/schema.gen";

type Schemas = components["schemas"];
export type ConsentKind = Schemas["ConsentKindOut"];
export type Erasure = Schemas["ErasureOut"];
export type ExportItem = Schemas["ExportOut"];
export type Privacy = Schemas["PrivacyOut"];

/** The words a person types before everything goes; the server asks for the same. */
export const PHRASE = "delete everything";

export const isPhrase = (typed: string) => typed.trim().toLowerCase() === PHRASE;

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** "0 bytes", "950 bytes", "1.2 MB", "34 GB"; thousands, as disks are sold. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** "3 December 2026", for promises: a day that somebody can look up. */
export function day(iso: string): string {
  return new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

/** "3 December 2026, 14:05". */
export function moment(iso: string): string {
  const time = new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return `${day(iso)}, ${time}`;
}

/** How long recordings may stay, among round numbers; the limit is always one of them. */
export function choices(most: number, now: number): number[] {
  const round = [1, 3, 7, 14, 30, 90, 365].filter((days) => days < most);
  return [...new Set([...round, now, most])].sort((a, b) => a - b);
}

const MEASURES: Record<string, { title: string; says: string; results: [string, string] }> = {
  recording: {
    title: "Recording your answers",
    says: "Your answers are recorded, read and kept as long as you chose above.",
    results: ["recorded answer", "recorded answers"],
  },
  voice: {
    title: "Measuring your voice",
    says: "Pace, pauses, fillers, and how pitch and level vary.",
    results: ["answer with measures of your voice", "answers with measures of your voice"],
  },
  presence: {
    title: "Measuring what the picture shows",
    says: "Towards the camera or not, framing, light, hands.",
    results: ["answer with measures of the picture", "answers with measures of the picture"],
  },
};

/** What a kind of consent is called, and what it allows. */
export function about(kind: ConsentKind): { title: string; says: string } {
  const known = MEASURES[kind.kind];
  if (known) return { title: known.title, says: known.says };
  const name = kind.title ?? kind.kind;
  return { title: `Letting ${name} help`, says: `${name} may be given what you say and show.` };
}

/** The things made with a consent, in words; null when there are none. */
export function made(kind: ConsentKind): string | null {
  if (kind.results === 0) return null;
  const [one, many] = MEASURES[kind.kind]?.results ?? [
    `answer that ${kind.title} wrote down, read or described`,
    `answers that ${kind.title} wrote down, read or described`,
  ];
  return `${kind.results} ${kind.results === 1 ? one : many}`;
}

/** In how many interviews it is agreed to now. */
export function agreedIn(kind: ConsentKind): number {
  const given = new Set<string>();
  for (const entry of [...kind.history].reverse()) {
    if (!entry.interview_id) continue;
    if (entry.granted) given.add(entry.interview_id);
    else given.delete(entry.interview_id);
  }
  return given.size;
}

/** What holds now, in one sentence. */
export function standing(kind: ConsentKind): string {
  const interviews = agreedIn(kind);
  if (interviews > 0) {
    return `You agreed for ${interviews === 1 ? "one interview" : `${interviews} interviews`}. Every new one asks first.`;
  }
  const last = kind.history.find((entry) => entry.interview_id === null);
  if (last?.granted === false) {
    return `Withdrawn on ${day(last.at)}: nothing more of it is made. A new interview asks again.`;
  }
  return "Every interview asks you first. None has your agreement now.";
}

/** Kinds worth showing: those of this machine, services in use, and whatever was ever agreed to. */
export function shown(kinds: ConsentKind[], inUse: string[]): ConsentKind[] {
  return kinds.filter(
    (kind) => kind.kind in MEASURES || inUse.includes(kind.kind) || kind.history.length > 0,
  );
}

/** One giving or withdrawal in words. */
export function entryWords(entry: ConsentKind["history"][number]): string {
  const what = entry.granted ? "Given" : "Withdrawn";
  if (entry.interview_id === null) return `${what} for all interviews`;
  return `${what} for ${entry.interview ? `the interview “${entry.interview}”` : "an interview that is gone"}`;
}

const PARTS: Record<string, [string, string]> = {
  postings: ["Posting", "Postings"],
  interviews: ["Interview", "Interviews"],
  questions: ["Question", "Questions"],
  answers: ["Answer with all that was measured in it", "Answers with all that was measured in them"],
  uploads: ["Unfinished recording", "Unfinished recordings"],
  consents: ["Record of consent", "Records of consent"],
  exports: ["Export", "Exports"],
  account: ["Setting, key or session of yours", "Settings, keys and sessions of yours"],
  files: ["Folder of recordings and stills", "Folders of recordings and stills"],
  speech: ["Spoken question that nobody else uses", "Spoken questions that nobody else uses"],
  copies: ["Copy at a service of others", "Copies at services of others"],
  caches: ["Note in memory", "Notes in memory"],
  late_files: ["File that was still being written", "Files that were still being written"],
};

/** A line of a receipt: what, how many, and whether it is over. Kinds of which there was nothing are left out. */
export function receiptLines(erasure: Erasure): { kind: string; what: string; state: string }[] {
  return erasure.parts
    .filter((part) => part.count > 0 || part.ended_at === null)
    .map((part) => {
      const [one, many] = PARTS[part.kind] ?? [part.kind, part.kind];
      const what = part.count > 0 ? `${part.count} ${lower(part.count === 1 ? one : many)}` : many;
      if (part.ended_at !== null)
        return { kind: part.kind, what, state: `Deleted on ${moment(part.ended_at)}` };
      const state =
        part.kind === "late_files" ? `Looked for on ${moment(erasure.looked_again_at)}` : "Being deleted";
      return { kind: part.kind, what, state };
    });
}

const lower = (words: string) => words.charAt(0).toLowerCase() + words.slice(1);

/** The code of a receipt in the part of an address after "#"; what else is there is no code. */
export function codeIn(hash: string): string {
  const code = hash.replace(/^#/, "").trim();
  return /^[A-Za-z0-9_-]{20,100}$/.test(code) ? code : "";
}

// Numbers and times in words. All functions are pure; times are milliseconds unless the name says otherwise.

/** "1:42" or "1:02:09"; negative and missing times read as 0:00. */
export function clock(ms: number | null | undefined): string {
  const total = Math.max(0, Math.floor((ms ?? 0) / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** "1 question", "3 questions". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** A wait, rounded up: "1 second", "40 seconds", "15 minutes", "2 hours". */
export function inWords(seconds: number): string {
  if (seconds < 60) return count(Math.max(1, Math.ceil(seconds)), "second");
  if (seconds < 3600) return count(Math.ceil(seconds / 60), "minute");
  return count(Math.ceil(seconds / 3600), "hour");
}

/** The end of something that lasts a day at most: "today at 14:05", "tomorrow at 09:30". */
export function until(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === now.toDateString()) return `today at ${time}`;
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  if (date.toDateString() === tomorrow.toDateString()) return `tomorrow at ${time}`;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "long" })} at ${time}`;
}

/** A suggested answer time: "about 90 seconds", "about 2 minutes", "about 2 and a half minutes". */
export function aboutMinutes(seconds: number): string {
  if (seconds <= 95) return `about ${Math.round(seconds / 10) * 10} seconds`;
  const halves = Math.round(seconds / 30);
  const whole = Math.floor(halves / 2);
  return halves % 2 === 0 ? `about ${whole} minutes` : `about ${whole} and a half minutes`;
}

/** "between 3.2 and 3.8", or one number when both ends are the same to one decimal. */
export function band(range: readonly [number, number] | readonly number[] | null | undefined): string | null {
  const [low, high] = range ?? [];
  if (low === undefined || high === undefined) return null;
  const a = low.toFixed(1);
  const b = high.toFixed(1);
  return a === b ? a : `between ${a} and ${b}`;
}

/** "3.2–3.8" for narrow places. */
export function bandShort(range: readonly number[] | null | undefined): string | null {
  return band(range)?.replace("between ", "").replace(" and ", "–") ?? null;
}

/** Words for the middle of a band; the same words mark the ruler under it. */
export function levelWords(score: number): string {
  const words = ["not there yet", "thin so far", "partly there", "mostly there", "all there"];
  return words[Math.min(4, Math.max(0, Math.round(score) - 1))] ?? "";
}

/** A share of the measured time in words: people read these, not percentages. */
export function howMuch(share: number): string {
  if (share >= 0.9) return "nearly all of the time";
  if (share >= 0.6) return "most of the time";
  if (share >= 0.35) return "about half of the time";
  if (share >= 0.1) return "some of the time";
  return "rarely";
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function wordCount(text: string): number {
  return text.trim() === "" ? 0 : text.trim().split(/\s+/).length;
}

/** "today at 14:05", "yesterday at 09:30", otherwise "12 March 2026". */
export function when(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const day = new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const days = Math.round((today - day) / 86_400_000);
  if (days === 0) return `today at ${time}`;
  if (days === 1) return `yesterday at ${time}`;
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

/** Names of people and firms can be long; the middle is what a reader misses least. */
export function shorten(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, Math.max(1, max - 1)).trimEnd()}…`;
}

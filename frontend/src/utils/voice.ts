// The browser's own voice, the last resort: it says when a word begins and nothing else, so the lips are an estimate.
import type { SpeechOut } from "./api/types";

export interface Reading {
  /** Seconds on the time line of the estimated track. */
  clock(): number;
  stop(): void;
}

interface Track {
  words: NonNullable<SpeechOut["track"]>["words"];
  cues: NonNullable<SpeechOut["track"]>["cues"];
}

/** Seconds of one letter at the usual speed of a reading voice, about 150 words a minute. */
const LETTER_S = 0.068;
const GAP_S = 0.05;
const PAUSE_S = 0.32;

// Letters are not sounds, but lips that close on p, b and m and open on vowels are right most of the time.
const SHAPES: readonly (readonly [RegExp, string, number])[] = [
  [/^[pbm]/, "PP", 1],
  [/^[fv]|^ph/, "FF", 0.95],
  [/^th/, "TH", 0.7],
  [/^(?:ch|sh|j)/, "CH", 0.8],
  [/^(?:oo|w|u)/, "U", 0.9],
  [/^o/, "O", 0.9],
  [/^a/, "aa", 0.9],
  [/^(?:ee|ea|i|y)/, "I", 0.85],
  [/^e/, "E", 0.8],
  [/^r/, "RR", 0.65],
  [/^[szx]/, "SS", 0.7],
  [/^[nm]g?/, "nn", 0.5],
  [/^[tdl]/, "DD", 0.55],
  [/^[ckgq]/, "kk", 0.5],
];

/** Word times and mouth shapes for a text nobody has measured. */
export function estimatedTrack(text: string): Track {
  const words: Track["words"] = [];
  const cues: Track["cues"] = [];
  let now = 0;
  for (const written of text.split(/\s+/).filter(Boolean)) {
    const start = now;
    let rest = written.toLowerCase();
    while (rest) {
      const shape = SHAPES.find(([pattern]) => pattern.test(rest));
      const length = shape ? (rest.match(shape[0])?.[0].length ?? 1) : 1;
      const spoken = /[\p{L}\p{N}]/u.test(rest.slice(0, length)) ? length * LETTER_S : 0;
      const last = cues.at(-1);
      if (shape && spoken > 0) {
        if (last && last.viseme === shape[1] && last.end_s === now) last.end_s = now + spoken;
        else
          cues.push({ start_s: now, end_s: now + spoken, viseme: shape[1], phoneme: "", weight: shape[2] });
      }
      now += spoken;
      rest = rest.slice(length);
    }
    words.push({ start_s: start, end_s: now, text: written });
    const pause = /[.,;:!?]$/.test(written) ? PAUSE_S : GAP_S;
    if (pause === PAUSE_S)
      cues.push({ start_s: now, end_s: now + pause, viseme: "sil", phoneme: "", weight: 1 });
    now += pause;
  }
  return { words, cues };
}

// Browsers fetch their voices when they are first asked, and say none until they have them.
if (typeof speechSynthesis !== "undefined") speechSynthesis.getVoices();

/** A way to read the text aloud, or null where the browser has no English voice. */
export function browserVoice(text: string) {
  if (typeof speechSynthesis === "undefined") return null;
  const voice = speechSynthesis.getVoices().find((one) => one.lang.toLowerCase().startsWith("en"));
  if (!voice) return null;
  const track = estimatedTrack(text);
  const starts: number[] = [];
  for (const match of text.matchAll(/\S+/g)) starts.push(match.index);
  return {
    track,
    read(rate: number, onEnd: () => void): Reading {
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.voice = voice;
      utterance.lang = voice.lang;
      utterance.rate = rate;
      // Each word that begins sets the clock right again; between words it runs on.
      let at = { seconds: 0, since: performance.now() };
      utterance.addEventListener("boundary", (event) => {
        const index = starts.findLastIndex((start) => start <= event.charIndex);
        const word = track.words[index];
        if (word) at = { seconds: word.start_s, since: performance.now() };
      });
      utterance.addEventListener("end", onEnd);
      utterance.addEventListener("error", onEnd);
      speechSynthesis.cancel();
      speechSynthesis.speak(utterance);
      return {
        clock: () => at.seconds + ((performance.now() - at.since) / 1000) * rate,
        stop() {
          utterance.removeEventListener("end", onEnd);
          utterance.removeEventListener("error", onEnd);
          speechSynthesis.cancel();
        },
      };
    },
  };
}

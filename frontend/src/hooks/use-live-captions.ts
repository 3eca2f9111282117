import { useEffect, useState } from "react";

interface Heard {
  results: ArrayLike<{ isFinal: boolean; 0?: { transcript: string } }>;
}

interface Recogniser {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult: ((event: Heard) => void) | null;
  onend: (() => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  start(): void;
  abort(): void;
}

function recogniserOf(): (new () => Recogniser) | null {
  const known = window as unknown as Record<string, new () => Recogniser>;
  return known.SpeechRecognition ?? known.webkitSpeechRecognition ?? null;
}

/** Whether this browser can write down speech by itself. */
export const canCaption = () => recogniserOf() !== null;

const REFUSED = new Set(["not-allowed", "service-not-allowed", "language-not-supported", "audio-capture"]);

/**
 * The candidate's words while they speak, from the browser's own recogniser. Provisional: the report is made from the
 * recording, never from this. Off until asked for, because a browser may send the sound to its maker.
 */
export function useLiveCaptions(on: boolean): { text: string; trouble: string | null } {
  const [text, setText] = useState("");
  const [trouble, setTrouble] = useState<string | null>(null);

  useEffect(() => {
    const Recognition = recogniserOf();
    setText("");
    setTrouble(null);
    if (!on || !Recognition) return;
    let ended = false;
    const recogniser = new Recognition();
    recogniser.lang = "en";
    recogniser.continuous = true;
    recogniser.interimResults = true;
    recogniser.onresult = (event) =>
      setText(
        Array.from(event.results)
          .map((result) => result[0]?.transcript ?? "")
          .join(" ")
          .slice(-160),
      );
    recogniser.onerror = (event) => {
      if (event.error === "network")
        setTrouble("Your browser needs its maker's service for this, and cannot reach it.");
      if (REFUSED.has(event.error)) setTrouble("Your browser does not allow live captions here.");
      if (event.error === "network" || REFUSED.has(event.error)) ended = true;
    };
    // Browsers stop by themselves after a silence.
    recogniser.onend = () => {
      if (!ended) recogniser.start();
    };
    recogniser.start();
    return () => {
      ended = true;
      recogniser.onresult = null;
      recogniser.abort();
    };
  }, [on]);

  return { text, trouble };
}

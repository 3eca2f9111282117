import { type RefObject, useEffect, useRef } from "react";

/**
 * An audio element for each of these addresses, made when the address is first named and let go when it is not any more.
 * So what is said next has its beginning already: to play it waits neither for the line nor for the decoder.
 */
export function useKeptSounds(
  ...urls: (string | null | undefined)[]
): RefObject<Map<string, HTMLAudioElement>> {
  const kept = useRef(new Map<string, HTMLAudioElement>());
  const wanted = urls.filter(Boolean).join(" ");

  useEffect(() => {
    const sounds = kept.current;
    const names = wanted ? wanted.split(" ") : [];
    for (const url of names) {
      if (sounds.has(url)) continue;
      const sound = new Audio(url);
      sound.preload = "auto";
      // What could not be fetched ahead is asked for anew when it is needed.
      sound.addEventListener("error", () => sounds.delete(url), { once: true });
      sounds.set(url, sound);
    }
    for (const url of [...sounds.keys()]) if (!names.includes(url)) release(sounds, url);
  }, [wanted]);

  useEffect(() => {
    const sounds = kept.current;
    return () => {
      for (const url of [...sounds.keys()]) release(sounds, url);
    };
  }, []);

  return kept;
}

function release(sounds: Map<string, HTMLAudioElement>, url: string) {
  const sound = sounds.get(url);
  sounds.delete(url);
  sound?.pause();
  sound?.removeAttribute("src");
  sound?.load();
}

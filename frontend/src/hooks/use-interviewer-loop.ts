import { type RefObject, useEffect, useRef } from "react";

// After a pause of the page time goes on from here; nothing jumps.
const LONGEST_S = 0.25;

/**
 * Calls `frame` with the seconds and milliseconds since the last one while `host` can be seen. Nothing is drawn in a
 * hidden tab or off screen.
 */
export function useInterviewerLoop(
  host: RefObject<HTMLElement | null>,
  frame: (dt: number, ms: number) => void,
): void {
  const latest = useRef(frame);
  latest.current = frame;

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let inView = true;
    let request = 0;
    let last = 0;
    const step = (now: number) => {
      const ms = last ? now - last : 0;
      last = now;
      latest.current(Math.min(ms / 1000, LONGEST_S), ms);
      request = requestAnimationFrame(step);
    };
    const decide = () => {
      const run = inView && document.visibilityState === "visible";
      if (run && !request) {
        last = 0;
        request = requestAnimationFrame(step);
      } else if (!run && request) {
        cancelAnimationFrame(request);
        request = 0;
      }
    };
    const watch = new IntersectionObserver((entries) => {
      inView = entries.at(-1)?.isIntersecting ?? true;
      decide();
    });
    watch.observe(element);
    document.addEventListener("visibilitychange", decide);
    decide();
    return () => {
      watch.disconnect();
      document.removeEventListener("visibilitychange", decide);
      cancelAnimationFrame(request);
      request = 0;
      inView = false;
    };
  }, [host]);
}

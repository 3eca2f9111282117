import { useCallback, useEffect, useRef, useState } from "react";

const HELD_MS = 10_000;

/** Removals that wait as long as they can be undone; leaving the page carries them out. */
export function useHeldRemovals(remove: (id: string) => Promise<unknown>) {
  const [held, setHeld] = useState<ReadonlySet<string>>(new Set());
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  const carryOut = useRef(remove);
  carryOut.current = remove;

  const release = useCallback((id: string) => {
    clearTimeout(timers.current.get(id));
    timers.current.delete(id);
    setHeld((all) => new Set([...all].filter((other) => other !== id)));
  }, []);

  const act = useCallback(
    async (id: string) => {
      if (!timers.current.delete(id)) return;
      await carryOut.current(id).catch(() => release(id));
    },
    [release],
  );

  const hold = (id: string) => {
    setHeld((all) => new Set([...all, id]));
    timers.current.set(
      id,
      setTimeout(() => void act(id), HELD_MS),
    );
  };

  useEffect(() => {
    const waiting = timers.current;
    const leave = () => {
      for (const [id, timer] of waiting) {
        clearTimeout(timer);
        void act(id);
      }
    };
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [act]);

  return { held, hold, release };
}

import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";

interface Toast {
  id: number;
  text: string;
  undo: (() => void) | null;
}

type Say = (text: string, undo?: () => void) => void;

const SayContext = createContext<Say>(() => undefined);
const SHOWN_MS = 10_000;

/** Short notices at the foot of the page, with "Undo" where something can be taken back. */
export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const next = useRef(1);
  const close = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const say = useCallback<Say>(
    (text, undo) => {
      const id = next.current++;
      setToasts((all) => [...all.slice(-1), { id, text, undo: undo ?? null }]);
      setTimeout(() => close(id), SHOWN_MS);
    },
    [close],
  );
  const list = useMemo(
    () => (
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map((toast) => (
          <div className="toast" key={toast.id}>
            <span>{toast.text}</span>
            <button
              type="button"
              className="btn"
              onClick={() => {
                toast.undo?.();
                close(toast.id);
              }}
            >
              {toast.undo ? "Undo" : "Close"}
            </button>
          </div>
        ))}
      </div>
    ),
    [toasts, close],
  );
  return (
    <SayContext.Provider value={say}>
      {children}
      {list}
    </SayContext.Provider>
  );
}

export const useSay = () => useContext(SayContext);

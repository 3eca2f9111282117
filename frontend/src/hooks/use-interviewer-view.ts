import { useState } from "react";
import type { Quality } from "../utils/interviewer/report";

const KEY = "rehearsal.interviewer-view";

/** How the interviewer is drawn: a choice of this machine, not of an interview. */
export function useInterviewerView(): [Quality, (view: Quality) => void] {
  const [view, setView] = useState<Quality>(() => kept());
  return [
    view,
    (next) => {
      setView(next);
      try {
        localStorage.setItem(KEY, next);
      } catch {
        // Without storage the choice holds until the page is left.
      }
    },
  ];
}

function kept(): Quality {
  try {
    const value = localStorage.getItem(KEY);
    return value === "3d" || value === "2d" || value === "off" ? value : "auto";
  } catch {
    return "auto";
  }
}

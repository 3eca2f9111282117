import { useEffect, useState } from "react";

const key = (questionId: string) => `rehearsal-draft-${questionId}`;

function read(questionId: string): string {
  try {
    return localStorage.getItem(key(questionId)) ?? "";
  } catch {
    return "";
  }
}

/** A typed answer that survives a reload of the page, until it is handed in. */
export function useDraftText(questionId: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => read(questionId));
  useEffect(() => setText(read(questionId)), [questionId]);
  const save = (next: string) => {
    setText(next);
    try {
      if (next === "") localStorage.removeItem(key(questionId));
      else localStorage.setItem(key(questionId), next);
    } catch {
      // Without storage the text lives as long as the page.
    }
  };
  return [text, save];
}

/** Removes every draft; part of deleting everything. */
export function forgetDrafts(): void {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(key(""))) localStorage.removeItem(name);
  } catch {
    // Nothing could have been kept then.
  }
}

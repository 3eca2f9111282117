import { useEffect, useState } from "react";

// On a server each person has their own drafts, so that signing out removes nobody else's.
let prefix = "rehearsal-draft-";
const key = (questionId: string) => `${prefix}${questionId}`;

/** Says whose drafts these are; null for the one person of a personal installation. */
export function draftsBelongTo(owner: string | null): void {
  prefix = owner === null ? "rehearsal-draft-" : `rehearsal-draft-${owner}-`;
}

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

function names(): string[] {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  } catch {
    // Nothing could have been kept then.
    return [];
  }
}

/** How many typed answers of this person wait to be handed in. */
export const countDrafts = () => names().length;

/** Removes every draft of this person; part of deleting everything and of signing out. */
export function forgetDrafts(): void {
  for (const name of names()) localStorage.removeItem(name);
}

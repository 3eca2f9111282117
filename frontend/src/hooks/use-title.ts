import { useEffect } from "react";

/** Names the tab; said by screen readers when the page changes. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === "Rehearsal" ? title : `${title} · Rehearsal`;
  }, [title]);
}

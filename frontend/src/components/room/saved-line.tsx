import type { TakeView } from "../../hooks/take-store";
import { clock } from "../../utils/format";

/** How much of the answer is safe, and where. */
export function savedWords(view: TakeView | undefined): string {
  if (!view) return "";
  const { session, upload } = view;
  if (upload?.phase === "failed") return upload.detail ?? "This answer could not be saved.";
  if (upload?.phase === "done") return `Saved, ${clock(session.durationMs)} in all`;
  const sent = upload?.sentMs ?? 0;
  if (upload?.phase === "waiting" || upload?.phase === "held" || session.durationMs - sent > 5_000) {
    return `Kept in this browser up to ${clock(session.durationMs)}, sent up to ${clock(sent)}`;
  }
  return `Saved up to ${clock(sent)}`;
}

export function SavedLine({ view }: { view: TakeView | undefined }) {
  return <p className="saved num">{savedWords(view)}</p>;
}

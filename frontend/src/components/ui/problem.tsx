import { isSignedOut, toApiError } from "../../utils/api/client";

const WAITS = {
  detail: "This waits until you are signed in again.",
  hint: "Nothing on this page is lost. Sign in, then try it once more.",
};

/** What went wrong and the way out, in the server's words. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (!error) return null;
  // The notice of an ended sign-in stands at the top of the page.
  const said = isSignedOut(error) ? WAITS : toApiError(error);
  return (
    <div className="problem" role="alert">
      <strong>{said.detail}</strong>
      {said.hint && <span>{said.hint}</span>}
      {onRetry && (
        <button type="button" className="btn" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

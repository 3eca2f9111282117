import { toApiError } from "../../utils/api/client";

/** What went wrong and the way out, in the server's words. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (!error) return null;
  const said = toApiError(error);
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

import { useTestProvider } from "../../hooks/queries/providers";
import type { ProviderSetup } from "../../utils/api/types";
import { Problem } from "../ui/problem";

/** A button that makes the smallest real call and says what came back. */
export function ProviderTest({ provider, unsaved }: { provider: ProviderSetup; unsaved: boolean }) {
  const test = useTestProvider(provider.id);
  const result = test.data;
  const ready = provider.missing.length === 0 && provider.installed && !unsaved;
  return (
    <div className="services__test">
      <button type="button" className="btn" disabled={!ready || test.isPending} onClick={() => test.mutate()}>
        {test.isPending ? "Asking" : "Test"}
      </button>
      <p role="status" className="hush">
        {test.isPending && "It may take half a minute."}
        {!test.isPending &&
          !result &&
          (unsaved ? "Save first, then test." : "Makes the smallest real call, for less than a cent.")}
        {!test.isPending && result && (
          <>
            <b>{result.ok ? "It works." : "It does not work."}</b> {result.detail} {result.hint}{" "}
            <span className="num">{result.seconds.toFixed(1)} s</span>
          </>
        )}
      </p>
      <Problem error={test.error} />
    </div>
  );
}

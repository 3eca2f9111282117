import { useState } from "react";
import { Link } from "react-router";
import { ProviderStates } from "../components/operations/provider-states";
import { Queues } from "../components/operations/queues";
import { Troubles } from "../components/operations/troubles";
import { Problem } from "../components/ui/problem";
import { Waiting } from "../components/ui/waiting";
import { useOperations } from "../hooks/queries/operations";
import { useTitle } from "../hooks/use-title";
import { when } from "../utils/format";
import { concern } from "../utils/operations";
import "./operations.css";

export function OperationsPage() {
  useTitle("Operations");
  const [page, setPage] = useState(1);
  const [paused, setPaused] = useState(false);
  const asked = useOperations(page, paused);
  const state = asked.data;
  if (!state) {
    return (
      <div className="ops">
        <h1>Operations</h1>
        {asked.isPending ? (
          <Waiting label="Asking how the work goes" lines={8} />
        ) : (
          <Problem error={asked.error} onRetry={() => void asked.refetch()} />
        )}
      </div>
    );
  }
  const worry = concern(state);
  return (
    <div className="ops">
      <header>
        <h1>Operations</h1>
        <p>{worry ?? "The work goes on as it should."}</p>
        <div className="ops__fresh">
          <button type="button" className="btn" aria-pressed={paused} onClick={() => setPaused(!paused)}>
            {paused ? "Go on reading" : "Stop reading"}
          </button>
          <span className="hush">
            As of <time dateTime={state.at}>{new Date(state.at).toLocaleTimeString("en-GB")}</time>
            {paused ? ", not read again." : ", read again every 5 seconds."}
          </span>
        </div>
        {asked.isError && <Problem error={asked.error} onRetry={() => void asked.refetch()} />}
      </header>
      <section aria-labelledby="queues-title">
        <h2 id="queues-title">What waits</h2>
        <Queues queues={state.queues} />
        {state.outbox.overdue > 0 && (
          <p>
            {state.outbox.overdue} of {state.outbox.recorded} recorded jobs were not sent to the queue in
            time.
          </p>
        )}
      </section>
      <section aria-labelledby="troubles-title">
        <h2 id="troubles-title">What failed</h2>
        <Troubles state={state} onPage={setPage} />
      </section>
      <section aria-labelledby="providers-title">
        <h2 id="providers-title">Services of others</h2>
        <ProviderStates providers={state.providers} />
        <p>
          <Link to="/services">Set them up</Link>
        </p>
      </section>
      <footer className="hush">
        Version {state.version}, {state.mode} mode.{" "}
        {state.last_backup_at
          ? `Last good backup: ${when(state.last_backup_at)}.`
          : "No backup has reported itself."}
      </footer>
    </div>
  );
}

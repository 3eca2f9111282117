import { useState } from "react";
import { Dialog } from "../components/ui/dialog";
import { Icon } from "../components/ui/icon";
import { Problem } from "../components/ui/problem";
import { useSay } from "../components/ui/toasts";
import { Waiting } from "../components/ui/waiting";
import { useDeleteEverything, useInterviews } from "../hooks/queries/interviews";
import { useDeletePosting, usePostings } from "../hooks/queries/postings";
import { useProviders } from "../hooks/queries/providers";
import { useSystem } from "../hooks/queries/system";
import { sessionKeeper, usePerson } from "../hooks/session";
import { takeStore } from "../hooks/take-store";
import { forgetDrafts } from "../hooks/use-draft-text";
import { useTitle } from "../hooks/use-title";
import type { PostingItem } from "../utils/api/types";
import { count, when } from "../utils/format";
import { PORTS } from "../utils/words";
import "./data.css";

const PHRASE = "delete everything";

export function DataPage() {
  useTitle("Your data");
  const system = useSystem();
  const session = usePerson();
  const onServer = session.mode === "server";
  const providers = useProviders(session.administrator);
  const postings = usePostings();
  const interviews = useInterviews();
  const removePosting = useDeletePosting();
  const wipe = useDeleteEverything();
  const say = useSay();
  const [leaving, setLeaving] = useState<PostingItem | null>(null);
  const [all, setAll] = useState(false);
  const [typed, setTyped] = useState("");
  const answers = interviews.data?.reduce((sum, item) => sum + item.progress.answered, 0) ?? 0;
  const stored = providers.data?.providers.filter((one) => one.stored > 0) ?? [];
  const failed = system.error ?? postings.error ?? interviews.error;

  const deleteAll = () =>
    wipe.mutate(undefined, {
      onSuccess: async () => {
        await takeStore.forget();
        forgetDrafts();
        setAll(false);
        say("Everything is deleted.");
        // A server may end the sign-in of somebody of whom nothing is left.
        if (onServer) await sessionKeeper.refresh();
        if (sessionKeeper.snapshot().held) sessionKeeper.left();
      },
    });

  return (
    <div className="data">
      <h1>Your data</h1>
      <Problem
        error={failed}
        onRetry={failed ? () => void Promise.all([postings.refetch(), interviews.refetch()]) : undefined}
      />
      <section aria-labelledby="kept-title">
        <h2 id="kept-title">What is kept</h2>
        {postings.isPending || interviews.isPending ? (
          <Waiting label="Counting what is kept" lines={2} />
        ) : (
          <p>
            {count(postings.data?.length ?? 0, "posting")}, {count(interviews.data?.length ?? 0, "interview")}{" "}
            and {count(answers, "answer")} with what was measured in them.{" "}
            {system.data &&
              `Recordings delete themselves after ${system.data.retention_days} days; the report stays until you delete it.`}
          </p>
        )}
      </section>
      <section aria-labelledby="who-title">
        <h2 id="who-title">Who is given what</h2>
        {system.isPending && <Waiting label="Asking what is set up" lines={4} />}
        <dl>
          {system.data?.providers.map((provider) => (
            <div key={`${provider.port}-${provider.name}`}>
              <dt>{PORTS[provider.port] ?? provider.port}</dt>
              <dd>
                {provider.name},{" "}
                {provider.where === "embedded"
                  ? `on this ${onServer ? "server" : "machine"}`
                  : "over the internet"}
                . Receives {provider.receives}.
              </dd>
            </div>
          ))}
        </dl>
        {stored.map((one) => (
          <p key={one.id} role="status">
            At {one.title} {count(one.stored, "thing")} of this installation {one.stored === 1 ? "is" : "are"}{" "}
            stored. What is not used any more is being deleted there, until {one.title} says that it is gone.
          </p>
        ))}
      </section>
      {(postings.data?.length ?? 0) > 0 && (
        <section aria-labelledby="postings-title">
          <h2 id="postings-title">Postings</h2>
          <ul>
            {postings.data?.map((item) => (
              <li key={item.id}>
                <span>
                  <span className="serif">{item.title ?? "A posting without a title"}</span>
                  <span className="hush">
                    {[item.company, when(item.created_at), count(item.interviews, "interview")]
                      .filter(Boolean)
                      .join(" · ")}
                  </span>
                </span>
                <button
                  type="button"
                  className="btn btn--quiet"
                  aria-label={`Delete the posting ${item.title ?? "without a title"}`}
                  onClick={() => setLeaving(item)}
                >
                  <Icon name="bin" /> Delete
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="wipe-title">
        <h2 id="wipe-title">Delete everything</h2>
        <p>
          Postings, interviews, recordings, transcripts and reports go, and what this browser kept. Nothing is
          left to bring back.
        </p>
        <button type="button" className="btn" onClick={() => setAll(true)}>
          <Icon name="bin" /> Delete everything
        </button>
      </section>
      {leaving && (
        <Dialog
          title="Delete this posting?"
          confirm="Delete it"
          disabled={removePosting.isPending}
          onClose={() => setLeaving(null)}
          onConfirm={() => removePosting.mutate(leaving.id, { onSettled: () => setLeaving(null) })}
        >
          <p>
            {leaving.interviews === 0
              ? "The posting goes. This cannot be undone."
              : `The posting goes, and ${count(leaving.interviews, "interview")} made for it with answers, recordings and reports. This cannot be undone.`}
          </p>
          <Problem error={removePosting.error} />
        </Dialog>
      )}
      {all && (
        <Dialog
          title="Delete everything?"
          confirm="Delete everything"
          disabled={typed.trim().toLowerCase() !== PHRASE || wipe.isPending}
          onClose={() => setAll(false)}
          onConfirm={deleteAll}
        >
          <p>
            {count(postings.data?.length ?? 0, "posting")}, {count(interviews.data?.length ?? 0, "interview")}{" "}
            and {count(answers, "answer")} go for good.
          </p>
          <div className="field">
            <label htmlFor="phrase">To be sure, type: {PHRASE}</label>
            <input
              id="phrase"
              className="input"
              value={typed}
              autoComplete="off"
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
          <Problem error={wipe.error} />
        </Dialog>
      )}
    </div>
  );
}

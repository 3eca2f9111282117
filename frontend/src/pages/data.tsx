import { useState } from "react";
import { useNavigate } from "react-router";
import { ConsentList } from "../components/data/consent-list";
import { Erase } from "../components/data/erase";
import { ExportList } from "../components/data/export-list";
import { Kept } from "../components/data/kept";
import { Retention } from "../components/data/retention";
import { Dialog } from "../components/ui/dialog";
import { Icon } from "../components/ui/icon";
import { Problem } from "../components/ui/problem";
import { Waiting } from "../components/ui/waiting";
import { useDeletePosting, usePostings } from "../hooks/queries/postings";
import { useConsents, usePrivacy } from "../hooks/queries/privacy";
import { useProviders } from "../hooks/queries/providers";
import { useSystem } from "../hooks/queries/system";
import { sessionKeeper, usePerson } from "../hooks/session";
import { takeStore } from "../hooks/take-store";
import { forgetDrafts } from "../hooks/use-draft-text";
import { useTitle } from "../hooks/use-title";
import type { PostingItem } from "../utils/api/types";
import { count, when } from "../utils/format";
import { shown } from "../utils/privacy";
import { PORTS } from "../utils/words";
import "./data.css";

export function DataPage() {
  useTitle("Your data");
  const navigate = useNavigate();
  const system = useSystem();
  const session = usePerson();
  const onServer = session.mode === "server";
  const providers = useProviders(session.administrator);
  const postings = usePostings();
  const privacy = usePrivacy();
  const consents = useConsents();
  const removePosting = useDeletePosting();
  const [leaving, setLeaving] = useState<PostingItem | null>(null);
  const asked = [system, privacy, consents, postings];
  const failed = asked.find((one) => one.error)?.error;
  const inUse = (system.data?.providers ?? []).flatMap((one) => (one.consent && one.id ? [one.id] : []));
  const stored = providers.data?.providers.filter((one) => one.stored > 0) ?? [];

  const erased = async (receipt: string) => {
    await takeStore.forget();
    forgetDrafts();
    // A whole new page: nothing of what was read before stays in memory.
    navigate(`/receipt#${receipt}`, { replace: true, state: { fresh: true } });
    if (onServer) sessionKeeper.left();
  };

  return (
    <div className="data">
      <h1>Your data</h1>
      <Problem
        error={failed}
        onRetry={failed ? () => void Promise.all(asked.map((one) => one.refetch())) : undefined}
      />
      <section aria-labelledby="kept-title">
        <h2 id="kept-title">What is kept</h2>
        {privacy.isPending && <Waiting label="Counting what is kept" lines={3} />}
        {privacy.data && <Kept privacy={privacy.data} />}
      </section>
      {privacy.data && (
        <section aria-labelledby="long-title">
          <h2 id="long-title">How long recordings stay</h2>
          <Retention retention={privacy.data.retention} />
        </section>
      )}
      <section aria-labelledby="agreed-title">
        <h2 id="agreed-title">What you agreed to</h2>
        {consents.isPending && <Waiting label="Looking up what you agreed to" lines={4} />}
        {consents.data && <ConsentList kinds={shown(consents.data, inUse)} />}
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
                . It is given: {provider.receives}
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
      <section aria-labelledby="export-title">
        <h2 id="export-title">Take it with you</h2>
        <p>
          One archive with a page to read, everything as data, and the recordings. It is made in the
          background and stays here for a day; three can be made in 24 hours.
        </p>
        <ExportList />
      </section>
      <section aria-labelledby="wipe-title">
        <h2 id="wipe-title">Delete everything</h2>
        <Erase
          kept={privacy.data?.kept}
          account={system.data?.mode === "server"}
          onErased={(receipt) => void erased(receipt)}
        />
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
    </div>
  );
}

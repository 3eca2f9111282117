import { useState } from "react";
import { useLogOut } from "../../hooks/queries/account";
import { usePerson } from "../../hooks/session";
import { takeStore } from "../../hooks/take-store";
import { countDrafts } from "../../hooks/use-draft-text";
import { count, until } from "../../utils/format";
import { Dialog } from "../ui/dialog";
import { Problem } from "../ui/problem";

interface Kept {
  recordings: number;
  drafts: number;
}

/** Signs out. Asks first when something would be lost by it. */
export function SignOut({ className }: { className?: string }) {
  const session = usePerson();
  const logOut = useLogOut();
  const [kept, setKept] = useState<Kept | null>(null);
  const guest = session.kind === "guest";

  const ask = async () => {
    const found = { recordings: (await takeStore.unsent()).length, drafts: countDrafts() };
    if (guest || found.recordings + found.drafts > 0 || logOut.isError) setKept(found);
    else logOut.mutate(undefined, { onError: () => setKept(found) });
  };

  return (
    <>
      <button type="button" className={className} disabled={logOut.isPending} onClick={() => void ask()}>
        Sign out
      </button>
      {kept && (
        <Dialog
          title={kept.recordings + kept.drafts > 0 ? "Not everything is sent yet" : "Sign out?"}
          confirm={kept.recordings + kept.drafts > 0 ? "Sign out and delete it" : "Sign out"}
          keep="Stay"
          disabled={logOut.isPending}
          onConfirm={() => logOut.mutate()}
          onClose={() => {
            setKept(null);
            logOut.reset();
          }}
        >
          {kept.recordings + kept.drafts > 0 && (
            <p>
              {[
                kept.recordings > 0 && count(kept.recordings, "recording"),
                kept.drafts > 0 && count(kept.drafts, "typed answer"),
              ]
                .filter(Boolean)
                .join(" and ")}{" "}
              {kept.recordings + kept.drafts === 1 ? "is" : "are"} kept only in this browser, and signing out
              deletes what it keeps. Stay until everything is sent and handed in.
            </p>
          )}
          {guest && (
            <p>
              Nobody can open a guest’s work again after signing out. It is deleted{" "}
              {session.expires_at ? until(session.expires_at) : "after 24 hours"}. To keep it, make an account
              first.
            </p>
          )}
          <Problem error={logOut.error} />
        </Dialog>
      )}
    </>
  );
}

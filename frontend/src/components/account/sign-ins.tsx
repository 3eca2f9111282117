import { useEndSignIns, useSignIns } from "../../hooks/queries/account";
import { count, when } from "../../utils/format";
import { Problem } from "../ui/problem";
import { useSay } from "../ui/toasts";
import { Waiting } from "../ui/waiting";

/** Where one is signed in, with a way to end each of them. */
export function SignIns() {
  const list = useSignIns();
  const end = useEndSignIns();
  const say = useSay();
  const others = list.data?.filter((one) => !one.current) ?? [];
  const signOut = (id: string | null, said: string) => end.mutate(id, { onSuccess: () => say(said) });
  return (
    <section aria-labelledby="sign-ins-title">
      <h2 id="sign-ins-title">Where you are signed in</h2>
      {list.isPending && <Waiting label="Looking where you are signed in" lines={2} />}
      <Problem error={list.error} onRetry={() => void list.refetch()} />
      <ul>
        {list.data?.map((one) => (
          <li key={one.id}>
            <span>
              <span>{one.browser}</span>
              <span className="hush num">
                {one.current ? "This browser" : `Last seen ${when(one.seen_at)}`} · since{" "}
                {when(one.created_at)}
              </span>
            </span>
            {!one.current && (
              <button
                type="button"
                className="btn btn--quiet"
                disabled={end.isPending}
                aria-label={`Sign out there: ${one.browser}, since ${when(one.created_at)}`}
                onClick={() => signOut(one.id, `Signed out: ${one.browser}.`)}
              >
                Sign out there
              </button>
            )}
          </li>
        ))}
      </ul>
      <Problem error={end.error} />
      {others.length > 1 && (
        <button
          type="button"
          className="btn"
          disabled={end.isPending}
          onClick={() => signOut(null, `Signed out on ${count(others.length, "other browser")}.`)}
        >
          Sign out everywhere else
        </button>
      )}
    </section>
  );
}

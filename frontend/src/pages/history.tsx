import { useState } from "react";
import { Link } from "react-router";
import { Dialog } from "../components/ui/dialog";
import { Icon } from "../components/ui/icon";
import { LevelRuler } from "../components/ui/level-ruler";
import { Problem } from "../components/ui/problem";
import { useSay } from "../components/ui/toasts";
import { Waiting } from "../components/ui/waiting";
import { useDeleteInterview, useInterviews } from "../hooks/queries/interviews";
import { useTitle } from "../hooks/use-title";
import type { InterviewItem } from "../utils/api/types";
import { band, count, when } from "../utils/format";
import { nextStep } from "../utils/journey";
import { MODES } from "../utils/words";
import "./history.css";

type Leaving = Pick<InterviewItem, "id" | "progress">;

export function HistoryPage() {
  useTitle("Your interviews");
  const list = useInterviews();
  const remove = useDeleteInterview();
  const say = useSay();
  const [leaving, setLeaving] = useState<Leaving | null>(null);
  return (
    <div className="history">
      <h1>Your interviews</h1>
      {list.isPending && <Waiting label="Opening your interviews" lines={6} />}
      <Problem
        error={list.error ?? remove.error}
        onRetry={list.isError ? () => void list.refetch() : undefined}
      />
      {list.data?.length === 0 && (
        <div className="history__none">
          <p>There is nothing here yet. It begins with a job you want to practise for.</p>
          <Link className="btn btn--primary" to="/">
            Paste a posting
          </Link>
        </div>
      )}
      <ul>
        {list.data?.map((item) => {
          const next = nextStep(item);
          const [low, high] = item.range ?? [];
          return (
            <li key={item.id} className="past">
              <div className="past__what">
                <h2>
                  <Link to={next.to}>{item.posting.title ?? "A posting without a title"}</Link>
                </h2>
                <p className="hush">
                  {[item.posting.company, when(item.created_at), MODES[item.mode].name.toLowerCase()]
                    .filter(Boolean)
                    .join(" · ")}
                </p>
              </div>
              <div className="past__grade">
                {item.range && low !== undefined && high !== undefined ? (
                  <>
                    <p className="num">{band(item.range)} of 5</p>
                    <LevelRuler low={low} high={high} small />
                  </>
                ) : (
                  <p className="hush">
                    {count(item.progress.answered, "answer")} of {count(item.progress.asked, "question")}
                  </p>
                )}
              </div>
              <div className="past__tools">
                <Link className="btn" to={next.to}>
                  {next.word}
                </Link>
                <button
                  type="button"
                  className="btn btn--quiet"
                  aria-label={`Delete the interview for ${item.posting.title ?? "a posting without a title"}`}
                  onClick={() => setLeaving(item)}
                >
                  <Icon name="bin" /> Delete
                </button>
              </div>
            </li>
          );
        })}
      </ul>
      {leaving && (
        <Dialog
          title="Delete this interview?"
          confirm="Delete it"
          disabled={remove.isPending}
          onClose={() => setLeaving(null)}
          onConfirm={() =>
            remove.mutate(leaving.id, {
              onSuccess: () => say("The interview is deleted."),
              onSettled: () => setLeaving(null),
            })
          }
        >
          <p>
            Its questions, {count(leaving.progress.answered, "answer")}, recordings and report go. This cannot
            be undone.
          </p>
        </Dialog>
      )}
    </div>
  );
}

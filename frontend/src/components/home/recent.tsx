import { Link } from "react-router";
import { useInterviews } from "../../hooks/queries/interviews";
import { band, count, when } from "../../utils/format";
import { nextStep } from "../../utils/journey";
import { Problem } from "../ui/problem";
import { Waiting } from "../ui/waiting";
import "./recent.css";

const SHOWN = 4;

/** The latest interviews, each with the one thing to do next. */
export function Recent() {
  const list = useInterviews();
  if (list.isPending) return <Waiting label="Looking for earlier interviews" lines={3} />;
  if (list.isLoadingError) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data.length === 0) return null;
  return (
    <section className="recent" aria-labelledby="recent-title">
      <h2 id="recent-title">Your interviews</h2>
      <ul>
        {list.data.slice(0, SHOWN).map((item) => {
          const next = nextStep(item);
          return (
            <li key={item.id}>
              <Link to={next.to}>
                <span className="recent__title">{item.posting.title ?? "A posting without a title"}</span>
                <span className="hush">
                  {[item.posting.company, when(item.created_at)].filter(Boolean).join(" · ")}
                </span>
                <span className="recent__next">
                  {band(item.range) ? `${band(item.range)} of 5` : count(item.progress.asked, "question")}
                  <b>{next.word}</b>
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
      {list.data.length > SHOWN && <Link to="/history">All {list.data.length} interviews</Link>}
    </section>
  );
}

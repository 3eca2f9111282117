import { useRef, useState } from "react";
import { useCompareResume, useForgetResume } from "../../hooks/queries/postings";
import type { Draft } from "../../hooks/use-posting-draft";
import type { PostingOut } from "../../utils/api/types";
import { gapRows, gapSummary } from "../../utils/gaps";
import { Icon } from "../ui/icon";
import { Problem } from "../ui/problem";
import { useSay } from "../ui/toasts";
import { GapMap } from "./gap-map";
import { ResumeForm } from "./resume-form";
import "./resume.css";

interface Props {
  stored: PostingOut;
  items: readonly Draft[];
  active: string | null;
  onHover(id: string | null): void;
}

/** The optional résumé: given, compared, replaced, removed. */
export function ResumeSection({ stored, items, active, onHover }: Props) {
  const compare = useCompareResume(stored.id);
  const forget = useForgetResume(stored.id);
  const say = useSay();
  const [again, setAgain] = useState(false);
  const title = useRef<HTMLHeadingElement>(null);
  const rows = stored.resume
    ? gapRows(
        items.filter((item) => !item.fresh),
        stored.resume,
      )
    : null;
  // The button that was pressed is gone afterwards: the keyboard goes on from the heading.
  const settled = () => {
    setAgain(false);
    title.current?.focus({ preventScroll: true });
  };

  const remove = () =>
    forget.mutate(undefined, {
      onSuccess: () => {
        settled();
        compare.reset();
        say("What was kept of your résumé is deleted.");
      },
    });

  return (
    <section className="resume" aria-labelledby="resume-title">
      <header className="resume__head">
        <h2 id="resume-title" ref={title} tabIndex={-1}>
          Your résumé <span className="resume__optional">optional</span>
        </h2>
        <p role="status">
          {compare.isPending
            ? "Reading your résumé. This takes a few seconds."
            : rows
              ? gapSummary(rows)
              : "See which lines of this posting your résumé shows, and which it says nothing about. Your questions stay the same."}
        </p>
        {rows && !again && (
          <div className="row">
            <button type="button" className="btn" onClick={() => setAgain(true)}>
              <Icon name="swap" /> Use another résumé
            </button>
            <button type="button" className="btn btn--quiet" disabled={forget.isPending} onClick={remove}>
              <Icon name="bin" /> Remove it
            </button>
          </div>
        )}
      </header>
      {(!rows || again) && (
        <ResumeForm
          pending={compare.isPending}
          onGive={(given) => compare.mutate(given, { onSuccess: settled })}
          onKeep={again ? settled : null}
        />
      )}
      <Problem error={compare.error ?? forget.error} />
      {rows && <GapMap rows={rows} active={active} onHover={onHover} />}
    </section>
  );
}

import { type KeyboardEvent, useState } from "react";
import { useQuestionChanges } from "../../hooks/queries/questions";
import { useHeldRemovals } from "../../hooks/use-held-removals";
import { moved, useReorder } from "../../hooks/use-reorder";
import type { InterviewOut } from "../../utils/api/types";
import { shorten } from "../../utils/format";
import { Problem } from "../ui/problem";
import { useSay } from "../ui/toasts";
import { AddQuestion } from "./add-question";
import { QuestionCard } from "./question-card";

const STEPS: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 };

/** The questions in order: edit, swap, remove with undo, move by handle or arrow keys, add one's own. */
export function QuestionList({ interview }: { interview: InterviewOut }) {
  const say = useSay();
  const changes = useQuestionChanges(interview.id);
  const [said, setSaid] = useState("");
  const removals = useHeldRemovals((id) => changes.remove.mutateAsync(id));
  const questions = interview.questions.filter(
    (item) => !item.question.follows && !removals.held.has(item.id),
  );
  const ids = questions.map((item) => item.id);
  // The server wants every id: those waiting to be removed go last.
  const all = (order: string[]) => [...order, ...removals.held];
  const { list, handle, order, dragged } = useReorder(ids, (next) => changes.order.mutate(all(next)));
  const shown = order.flatMap((id) => questions.find((item) => item.id === id) ?? []);

  const byKey = (id: string) => (event: KeyboardEvent<HTMLButtonElement>) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const to = ids.indexOf(id) + step;
    if (to < 0 || to >= ids.length) return;
    changes.order.mutate(all(moved(ids, id, to)));
    setSaid(`Now question ${to + 1} of ${ids.length}.`);
    const button = event.currentTarget;
    requestAnimationFrame(() => button.focus());
  };

  return (
    <section aria-labelledby="questions-title" className="questions">
      <h2 id="questions-title" className="only-heard">
        Questions
      </h2>
      <p className="only-heard" role="status">
        {said}
      </p>
      <ol ref={list}>
        {shown.map((item, index) => (
          <QuestionCard
            key={item.id}
            item={item}
            place={index + 1}
            hidden={interview.settings.hidden}
            busy={changes.swap.isPending && changes.swap.variables === item.id}
            dragged={dragged === item.id}
            handle={{ ...handle(item.id), onKeyDown: byKey(item.id) }}
            onEdit={(text) => changes.edit.mutate({ qid: item.id, text })}
            onSwap={() => changes.swap.mutate(item.id)}
            onRemove={() => {
              if (questions.length === 1) return say("An interview needs at least one question.");
              removals.hold(item.id);
              const what = interview.settings.hidden
                ? `question ${index + 1}`
                : `“${shorten(item.question.text, 48)}”`;
              say(`Removed ${what}`, () => removals.release(item.id));
            }}
          />
        ))}
      </ol>
      <Problem
        error={changes.swap.error ?? changes.edit.error ?? changes.order.error ?? changes.remove.error}
      />
      <AddQuestion
        error={changes.add.error}
        onAdd={(text, kind, done) => changes.add.mutate({ text, kind }, { onSuccess: done })}
      />
    </section>
  );
}

import { type ComponentProps, type FormEvent, useState } from "react";
import type { QuestionOut } from "../../utils/api/types";
import { aboutMinutes } from "../../utils/format";
import { KINDS } from "../../utils/words";
import { Icon } from "../ui/icon";

interface Props {
  item: QuestionOut;
  place: number;
  hidden: boolean;
  busy: boolean;
  dragged: boolean;
  handle: Pick<
    ComponentProps<"button">,
    "onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel" | "onKeyDown"
  >;
  onEdit(text: string): void;
  onSwap(): void;
  onRemove(): void;
}

/** A question with the line of the posting it tests, and what one can do with it. */
export function QuestionCard({
  item,
  place,
  hidden,
  busy,
  dragged,
  handle,
  onEdit,
  onSwap,
  onRemove,
}: Props) {
  const [editing, setEditing] = useState(false);
  const [shown, setShown] = useState(false);
  const { question } = item;
  const kind = KINDS[question.kind];
  const answered = item.takes.length > 0;

  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("text") ?? "").trim();
    if (text !== "" && text !== question.text) onEdit(text);
    setEditing(false);
  };

  return (
    <li className={dragged ? "card card--dragged" : "card"} aria-busy={busy}>
      <span className="card__place" aria-hidden="true">
        {place}
      </span>
      <div className="card__body">
        <p className="hush">
          <span className="only-heard">Question {place}. </span>
          {item.own ? "Your own" : kind.name} · {kind.means} · {aboutMinutes(question.seconds)}
        </p>
        {editing ? (
          <form className="card__edit" onSubmit={save}>
            <textarea
              className="input"
              name="text"
              aria-label={`Text of question ${place}`}
              defaultValue={question.text}
              maxLength={400}
              rows={3}
              // biome-ignore lint/a11y/noAutofocus: the person has just asked to edit this
              autoFocus
            />
            <div className="row">
              <button type="submit" className="btn">
                Save
              </button>
              <button type="button" className="btn btn--quiet" onClick={() => setEditing(false)}>
                Leave it as it was
              </button>
            </div>
          </form>
        ) : hidden && !shown ? (
          <p className="card__text card__text--hidden">Kept as a surprise</p>
        ) : (
          <>
            <h3 className="card__text">{question.text}</h3>
            {question.quote ? (
              <p className="card__quote">Tests “{question.quote}”</p>
            ) : (
              <p className="card__quote">Tests no line of the posting</p>
            )}
          </>
        )}
      </div>
      {!editing && (
        <div className="card__tools">
          {hidden && !shown && (
            <button type="button" className="btn btn--quiet" onClick={() => setShown(true)}>
              Show it
            </button>
          )}
          <button
            type="button"
            className="btn btn--quiet card__handle"
            aria-label={`Move question ${place}`}
            {...handle}
          >
            <Icon name="drag" /> Move
          </button>
          {(!hidden || shown) && (
            <button
              type="button"
              className="btn btn--quiet"
              aria-label={`Edit question ${place}`}
              disabled={answered}
              onClick={() => setEditing(true)}
            >
              <Icon name="edit" /> Edit
            </button>
          )}
          <button
            type="button"
            className="btn btn--quiet"
            aria-label={`Swap question ${place} for another`}
            disabled={busy || answered}
            onClick={onSwap}
          >
            <Icon name="swap" /> {busy ? "Swapping" : "Swap"}
          </button>
          <button
            type="button"
            className="btn btn--quiet"
            aria-label={`Remove question ${place}`}
            onClick={onRemove}
          >
            <Icon name="remove" /> Remove
          </button>
        </div>
      )}
    </li>
  );
}

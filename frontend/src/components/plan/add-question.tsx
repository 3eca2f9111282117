import { type FormEvent, useState } from "react";
import type { QuestionKind } from "../../utils/api/types";
import { KINDS } from "../../utils/words";
import { Icon } from "../ui/icon";
import { Problem } from "../ui/problem";

interface Props {
  error: unknown;
  onAdd(text: string, kind: QuestionKind | null, done: () => void): void;
}

export function AddQuestion({ error, onAdd }: Props) {
  const [open, setOpen] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const kind = String(data.get("kind"));
    onAdd(String(data.get("text")), kind === "" ? null : (kind as QuestionKind), () => setOpen(false));
  };
  if (!open) {
    return (
      <button type="button" className="btn questions__add" onClick={() => setOpen(true)}>
        <Icon name="add" /> Add a question of your own
      </button>
    );
  }
  return (
    <form className="add sheet" onSubmit={submit}>
      <div className="field">
        <label htmlFor="own-text">Your question, as it should be spoken</label>
        <textarea
          id="own-text"
          name="text"
          className="input"
          required
          minLength={3}
          maxLength={400}
          rows={3}
          // biome-ignore lint/a11y/noAutofocus: the person has just asked for this field
          autoFocus
        />
      </div>
      <div className="field">
        <label htmlFor="own-kind">What it asks for</label>
        <select id="own-kind" name="kind" className="input">
          <option value="">Whatever its wording asks for</option>
          {Object.entries(KINDS).map(([value, words]) => (
            <option key={value} value={value}>
              {words.name}: {words.means}
            </option>
          ))}
        </select>
      </div>
      <Problem error={error} />
      <div className="row">
        <button type="submit" className="btn">
          Add it
        </button>
        <button type="button" className="btn btn--quiet" onClick={() => setOpen(false)}>
          Leave it
        </button>
      </div>
    </form>
  );
}

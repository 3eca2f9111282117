import { type FormEvent, useRef, useState } from "react";
import type { Given } from "../../hooks/queries/postings";
import { Icon } from "../ui/icon";

interface Props {
  pending: boolean;
  onGive(given: Given): void;
  /** Goes back to the résumé that is there. */
  onKeep: (() => void) | null;
}

/** A résumé as pasted text or a file, and what becomes of it. */
export function ResumeForm({ pending, onGive, onKeep }: Props) {
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") field.current?.focus();
    else onGive({ text });
  };

  return (
    <form className="resume__form sheet" onSubmit={submit}>
      <textarea
        ref={field}
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-label="Paste your résumé"
        aria-describedby="resume-kept"
        placeholder="Paste your résumé, or choose a file"
        spellCheck={false}
        rows={5}
      />
      <div className="resume__foot">
        <button
          type="button"
          className="btn btn--quiet"
          disabled={pending}
          onClick={() => picker.current?.click()}
        >
          <Icon name="file" /> Choose a file
        </button>
        <span className="resume__kinds">PDF, DOCX, HTML or text</span>
        <input
          ref={picker}
          type="file"
          hidden
          aria-label="A file with your résumé"
          accept=".pdf,.docx,.html,.htm,.txt,.md,application/pdf,text/plain,text/html"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) onGive({ file });
            event.target.value = "";
          }}
        />
        {onKeep && (
          <button type="button" className="btn btn--quiet" onClick={onKeep}>
            Keep the one that is there
          </button>
        )}
        <button type="submit" className="btn" disabled={pending}>
          {pending ? "Reading it" : "Compare it"}
        </button>
      </div>
      <p className="resume__kept hush" id="resume-kept">
        Your résumé is compared here and then forgotten; only the lines shown to you are kept, until you
        remove them. Name, contact details, age, nationality, family, health and religion are left out before
        anything is compared.
      </p>
    </form>
  );
}

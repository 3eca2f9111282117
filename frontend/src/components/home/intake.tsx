import { type FormEvent, useRef, useState } from "react";
import { useCreatePosting } from "../../hooks/queries/postings";
import { useFileDrop } from "../../hooks/use-file-drop";
import type { PostingOut } from "../../utils/api/types";
import { EXAMPLE, EXAMPLE_NAME } from "../../utils/example";
import { Icon } from "../ui/icon";
import { Problem } from "../ui/problem";
import "./intake.css";

/** The one field: text, a link, or a file. */
export function Intake({ onRead }: { onRead(posting: PostingOut): void }) {
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const create = useCreatePosting();
  const send = (given: { text: string } | { file: File }) => create.mutate(given, { onSuccess: onRead });
  const over = useFileDrop((file) => send({ file }));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") field.current?.focus();
    else send({ text });
  };

  return (
    <form className="intake" onSubmit={submit}>
      <h1>
        <label htmlFor="job">Paste the job you want to practise for</label>
      </h1>
      <div className={over ? "intake__sheet sheet intake__sheet--over" : "intake__sheet sheet"}>
        <textarea
          id="job"
          ref={field}
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder="The whole posting, or its link"
          aria-describedby="job-help"
          spellCheck={false}
          rows={10}
        />
        <div className="intake__foot">
          <button type="button" className="btn btn--quiet" onClick={() => picker.current?.click()}>
            <Icon name="file" /> Choose a file
          </button>
          <span className="intake__kinds" id="job-help">
            PDF, DOCX, HTML or text. You can also drop it anywhere on this page.
          </span>
          <input
            ref={picker}
            type="file"
            hidden
            aria-label="A file with the posting"
            accept=".pdf,.docx,.html,.htm,.txt,.md,application/pdf,text/plain,text/html"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) send({ file });
              event.target.value = "";
            }}
          />
          <button type="submit" className="btn btn--primary" disabled={create.isPending}>
            {create.isPending ? "Reading it" : "Read the posting"}
          </button>
        </div>
        {over && <p className="intake__drop">Let go to read this file</p>}
      </div>
      <Problem error={create.error} />
      <p className="hush">
        No posting at hand?{" "}
        <button
          type="button"
          className="intake__example"
          onClick={() => {
            setText(EXAMPLE);
            create.reset();
            field.current?.focus();
            field.current?.setSelectionRange(0, 0);
            field.current?.scrollTo({ top: 0 });
          }}
        >
          Try ours: a {EXAMPLE_NAME}
        </button>
      </p>
    </form>
  );
}

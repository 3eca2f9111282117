import { useState } from "react";
import { useErase } from "../../hooks/queries/privacy";
import { count } from "../../utils/format";
import { isPhrase, PHRASE, type Privacy } from "../../utils/privacy";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { Problem } from "../ui/problem";

interface Props {
  kept: Privacy["kept"] | undefined;
  /** On a server the account goes, too. */
  account: boolean;
  onErased(receipt: string): void;
}

/** Everything goes, after two words have been typed. */
export function Erase({ kept, account, onErased }: Props) {
  const erase = useErase();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  return (
    <>
      <p>
        Postings, interviews, recordings, transcripts and reports go{account && ", with your account"}, and
        what this browser kept. Nothing can be read any more from then on; files and copies at services of
        others are deleted right after, and you get a receipt that says so.
      </p>
      <button type="button" className="btn" onClick={() => setOpen(true)}>
        <Icon name="bin" /> Delete everything
      </button>
      {open && (
        <Dialog
          title="Delete everything?"
          confirm="Delete everything"
          disabled={!isPhrase(typed) || erase.isPending}
          onClose={() => {
            setOpen(false);
            setTyped("");
          }}
          onConfirm={() => erase.mutate(undefined, { onSuccess: ({ receipt }) => onErased(receipt) })}
        >
          {kept && (
            <p>
              {count(kept.postings, "posting")}, {count(kept.interviews, "interview")} and{" "}
              {count(kept.answers, "answer")} go for good{account && ", and so does your account"}.
            </p>
          )}
          <div className="field">
            <label htmlFor="phrase">To be sure, type: {PHRASE}</label>
            <input
              id="phrase"
              className="input"
              value={typed}
              autoComplete="off"
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
          <Problem error={erase.error} />
        </Dialog>
      )}
    </>
  );
}

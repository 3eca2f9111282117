import { useDraftText } from "../../hooks/use-draft-text";
import { count, wordCount } from "../../utils/format";

interface Props {
  questionId: string;
  max: number;
  busy: boolean;
  onDone(text: string, forget: () => void): void;
}

/** The typed way: a sheet to write on, kept as one writes. */
export function TypedAnswer({ questionId, max, busy, onDone }: Props) {
  const [text, setText] = useDraftText(questionId);
  const words = wordCount(text);
  return (
    <form
      className="typed"
      onSubmit={(event) => {
        event.preventDefault();
        if (words > 0) onDone(text, () => setText(""));
      }}
    >
      <label htmlFor="answer" className="only-heard">
        Your answer
      </label>
      <textarea
        id="answer"
        className="typed__sheet"
        value={text}
        maxLength={max}
        rows={9}
        placeholder="Write as you would speak"
        onChange={(event) => setText(event.target.value)}
      />
      <div className="typed__foot">
        <span className="hush num">{count(words, "word")}, kept in this browser as you write</span>
        <button type="submit" className="btn btn--primary" disabled={words === 0 || busy}>
          {busy ? "Handing it in" : "I’m done"}
        </button>
      </div>
    </form>
  );
}

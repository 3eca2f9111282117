import type { SpokenWord } from "../../utils/api/types";

interface Props {
  text: string;
  words: readonly SpokenWord[] | null;
  word: number;
  on: boolean;
}

/** The question under the face. Heard as a whole at once; seen with the running word marked. */
export function Captions({ text, words, word, on }: Props) {
  return (
    <div className="captions">
      <p className="only-heard" aria-live="polite">
        {text}
      </p>
      {on && (
        <p className="captions__text" aria-hidden="true">
          {words && word >= 0
            ? words.map((item, index) => (
                <span
                  key={item.start_s}
                  className={index === word ? "captions__now" : index > word ? "captions__ahead" : undefined}
                >
                  {item.text}{" "}
                </span>
              ))
            : text}
        </p>
      )}
    </div>
  );
}

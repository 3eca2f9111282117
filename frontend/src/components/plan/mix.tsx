import { type FormEvent, useState } from "react";
import type { InterviewOut, QuestionKind } from "../../utils/api/types";
import { count as counted } from "../../utils/format";
import { DIFFICULTIES, KINDS } from "../../utils/words";

export interface Mix {
  count: number;
  kinds: QuestionKind[] | null;
  difficulty: number | null;
  seed: number;
}

interface Props {
  interview: InterviewOut;
  limits: { min: number; max: number };
  busy: boolean;
  onMake(mix: Mix): void;
}

const ALL = Object.keys(KINDS) as QuestionKind[];

/** How many, of which kinds, how demanding. A changed mix makes a new set; the same mix makes other questions. */
export function MixForm({ interview, limits, busy, onMake }: Props) {
  const { settings } = interview;
  const [count, setCount] = useState(settings.count);
  const [kinds, setKinds] = useState<QuestionKind[]>(settings.kinds ?? ALL);
  const [difficulty, setDifficulty] = useState(settings.difficulty);
  const same =
    count === settings.count &&
    difficulty === settings.difficulty &&
    kinds.length === (settings.kinds ?? ALL).length &&
    kinds.every((kind) => (settings.kinds ?? ALL).includes(kind));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const chosen = kinds.length === ALL.length ? null : kinds;
    onMake({ count, kinds: chosen, difficulty, seed: same ? settings.seed + 1 : settings.seed });
  };

  return (
    <form className="mix" onSubmit={submit}>
      <div className="field">
        <label htmlFor="mix-count">
          Number of questions: <b className="num">{count}</b>
        </label>
        <input
          id="mix-count"
          type="range"
          min={limits.min}
          max={limits.max}
          value={count}
          onChange={(event) => setCount(Number(event.target.value))}
        />
      </div>
      <fieldset>
        <legend>Kinds</legend>
        <div className="segments">
          {ALL.map((kind) => (
            <label key={kind} title={KINDS[kind].means}>
              <input
                type="checkbox"
                checked={kinds.includes(kind)}
                disabled={kinds.length === 1 && kinds.includes(kind)}
                onChange={(event) =>
                  setKinds(event.target.checked ? [...kinds, kind] : kinds.filter((other) => other !== kind))
                }
              />
              {KINDS[kind].name}
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend>How demanding</legend>
        <div className="segments">
          {DIFFICULTIES.map((level) => (
            <label key={level.name}>
              <input
                type="radio"
                name="difficulty"
                checked={difficulty === level.value}
                onChange={() => setDifficulty(level.value)}
              />
              {level.name}
            </label>
          ))}
        </div>
      </fieldset>
      <button type="submit" className="btn" disabled={busy}>
        {busy
          ? "Writing questions"
          : same
            ? "Ask me other questions"
            : `Make ${counted(count, "new question")}`}
      </button>
    </form>
  );
}

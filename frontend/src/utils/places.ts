// How the answers of a report are numbered: a follow-up has the number of the question before it.

interface Asked {
  question: { follows: string | null };
}

export interface Place {
  /** Of the section: `answer-2`, `answer-2-follow-up`. */
  anchor: string;
  number: number;
  name: string;
  /** After "In". */
  inside: string;
}

/** The places of questions in order, by `idOf`. */
export function places<T extends Asked>(asked: readonly T[], idOf: (item: T) => string): Map<string, Place> {
  const found = new Map<string, Place>();
  let number = 0;
  for (const item of asked) {
    const follows = item.question.follows !== null;
    if (!follows) number += 1;
    found.set(idOf(item), {
      anchor: `answer-${number}${follows ? "-follow-up" : ""}`,
      number,
      name: follows ? `Follow-up to question ${number}` : `Question ${number}`,
      inside: follows ? `your answer to the follow-up ${number}` : `your answer ${number}`,
    });
  }
  return found;
}

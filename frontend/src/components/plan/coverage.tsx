import type { InterviewOut, NotAsked, Requirement } from "../../utils/api/types";
import { NOT_ASKED } from "../../utils/words";

interface Props {
  interview: InterviewOut;
  requirements: readonly Requirement[];
}

/** Must-haves by questions: a dot where a question tests a line. Small, because most of the time all is well. */
export function CoverageFigure({ interview, requirements }: Props) {
  const musts = requirements.filter((item) => item.weight === "must");
  const { coverage, not_asked } = interview;
  const questions = interview.questions.filter((item) => !item.question.follows);
  if (musts.length === 0) return null;
  const uncovered = musts.filter((item) => coverage.uncovered?.includes(item.id));
  const open = uncovered.filter((item) => !(item.id in not_asked));
  const leftAlone = uncovered.filter((item) => item.id in not_asked);
  return (
    <section className="coverage" aria-labelledby="coverage-title">
      <h2 id="coverage-title">Must-haves tested</h2>
      <p className="coverage__figure">
        <span className="num">{coverage.must_covered}</span> of {coverage.must_total}
      </p>
      <table>
        <caption className="only-heard">Which question tests which must-have</caption>
        <thead>
          <tr>
            <td />
            {questions.map((item, index) => (
              <th scope="col" key={item.id}>
                <span className="only-heard">Question </span>
                {index + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {musts.map((must) => (
            <tr key={must.id}>
              <th scope="row" title={must.text}>
                {must.text}
              </th>
              {questions.map((item) => {
                const tests = item.question.requirement_ids.includes(must.id);
                return (
                  <td key={item.id} className={tests ? "coverage__dot" : undefined}>
                    {tests && <span className="only-heard">tested</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {open.length > 0 && (
        <div className="coverage__open">
          <p>No question tests these yet. Ask for more questions, or swap one:</p>
          <ul>
            {open.map((item) => (
              <li key={item.id}>{item.text}</li>
            ))}
          </ul>
        </div>
      )}
      {leftAlone.length > 0 && (
        <div className="coverage__open">
          <p>No question is made for these:</p>
          <ul>
            {leftAlone.map((item) => (
              <li key={item.id}>
                {item.text} <span className="hush">{NOT_ASKED[not_asked[item.id] as NotAsked]}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

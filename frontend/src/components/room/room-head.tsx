import { Link } from "react-router";
import type { InterviewOut, QuestionOut } from "../../utils/api/types";
import { numberOf } from "../../utils/room";

/** Where one is, and the way out. The label has its place in the height of the way out, so that nothing moves. */
export function RoomHead({ interview, item }: { interview: InterviewOut; item: QuestionOut }) {
  const { questions } = interview;
  return (
    <header className="room__head">
      <h1>
        Question {numberOf(questions, item.id)} of {numberOf(questions, questions.at(-1)?.id ?? "")}
        {item.question.follows && <span className="room__follow">Follow-up</span>}
      </h1>
      <Link to={`/interviews/${interview.id}/plan`} className="btn btn--quiet">
        Leave the room
      </Link>
    </header>
  );
}

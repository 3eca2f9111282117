import type { Speaking } from "../../hooks/use-figure";
import type { Mood } from "../../utils/figure";
import { Figure } from "../ui/figure/figure";

/** The pool of light and who sits in it. */
export function Interviewer({ mood, speaking }: { mood: Mood; speaking: Speaking | null }) {
  return (
    <div className="interviewer">
      <Figure mood={mood} speaking={speaking} />
    </div>
  );
}

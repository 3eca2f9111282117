import { useTypedTake } from "../../hooks/queries/takes";
import { Problem } from "../ui/problem";
import { TypedAnswer } from "./typed-answer";

interface Props {
  interviewId: string;
  questionId: string;
  max: number;
  /** The follow-up to a take, or null; undefined where none may be asked. */
  askNow: ((takeId: string) => Promise<string | null>) | undefined;
  /** Handed in; with the follow-up, if there is one. */
  onDone(followUp: string | null): void;
}

/** The turn of somebody who types: what was written is there at once, and so is the follow-up. */
export function TypedTurn({ interviewId, questionId, max, askNow, onDone }: Props) {
  const typed = useTypedTake(interviewId);
  const handIn = async (text: string, forget: () => void) => {
    const take = await typed.mutateAsync({ questionId, text }).catch(() => null);
    if (!take) return;
    const followUp = (await askNow?.(take.id)) ?? null;
    forget();
    typed.reset();
    onDone(followUp);
  };
  return (
    <>
      <TypedAnswer
        questionId={questionId}
        max={max}
        busy={typed.isPending || typed.isSuccess}
        onDone={(text, forget) => void handIn(text, forget)}
      />
      <Problem error={typed.error} />
    </>
  );
}

import type { InterviewOut, QuestionOut } from "../utils/api/types";
import { addressOf, speechKey } from "../utils/speech";
import { useClosing, useSpeech } from "./queries/questions";
import { useKeptSounds } from "./use-kept-sounds";
import { useSpokenAudio } from "./use-spoken-audio";

/** For the browser's voice only; the server's says it in the interviewer's manner. */
const CLOSING = "That was the last question. Thank you.";

/** What the interviewer says now, and at the end. Nothing is fetched for somebody who types. */
export function useInterviewerSpeech(interview: InterviewOut, item: QuestionOut, spoken: boolean) {
  const { question } = item;
  const speech = useSpeech(
    interview.id,
    spoken ? item.id : null,
    speechKey(interview.settings, question.text),
  );
  const next = interview.questions[interview.questions.indexOf(item) + 1];
  const ahead = useSpeech(
    interview.id,
    spoken && next ? next.id : null,
    speechKey(interview.settings, next?.question.text ?? ""),
  );
  const kept = useKeptSounds(addressOf(speech.data), addressOf(ahead.data));
  const audio = useSpokenAudio(speech, question.text, kept);
  const closing = useSpokenAudio(useClosing(interview.id, spoken && interview.closing !== null), CLOSING);
  return { audio, closing };
}

import { useEffect } from "react";
import type { InterviewOut, QuestionOut } from "../utils/api/types";
import { speechKey } from "../utils/speech";
import { useClosing, useSpeech } from "./queries/questions";
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
  const audio = useSpokenAudio(speech, question.text);
  const next = interview.questions[interview.questions.indexOf(item) + 1];
  const ahead = useSpeech(
    interview.id,
    spoken && next ? next.id : null,
    speechKey(interview.settings, next?.question.text ?? ""),
  );
  useFetched(ahead.data?.state === "ready" ? ahead.data.url : null);
  const closing = useSpokenAudio(useClosing(interview.id, spoken && interview.closing !== null), CLOSING);
  return { audio, closing };
}

/** Has the browser keep what will be said next, so that its first sound does not wait for the line. */
function useFetched(url: string | null) {
  useEffect(() => {
    if (!url) return;
    const element = new Audio(url);
    element.preload = "auto";
    return () => {
      element.removeAttribute("src");
      element.load();
    };
  }, [url]);
}

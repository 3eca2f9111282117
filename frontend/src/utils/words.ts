// The words for the server's codes, in one place.
import type {
  Dropped,
  Mode,
  MomentKind,
  NotAsked,
  QuestionKind,
  Seniority,
  StageOut,
  Style,
  Weight,
} from "./api/types";
import type { Found } from "./gaps";

export const WEIGHTS: Record<Weight, { one: string; many: string }> = {
  must: { one: "Must have", many: "Must-haves" },
  nice: { one: "Nice to have", many: "Nice to have" },
  duty: { one: "Duty", many: "Duties" },
};

/** What a résumé says of one line of the posting. */
export const FOUND: Record<Found, string> = {
  shown: "Shown",
  related: "Near",
  not_found: "Not found in your résumé",
  changed: "Not compared: this line was changed after your résumé was read",
};

export const SENIORITIES: Record<Seniority, string> = {
  intern: "Intern or trainee",
  junior: "Junior",
  mid: "Some years in",
  senior: "Senior",
  lead: "Lead",
  director: "Director",
  executive: "Executive",
};

export const KINDS: Record<QuestionKind, { name: string; means: string }> = {
  behavioural: { name: "Behavioural", means: "something you did" },
  situational: { name: "Situational", means: "what you would do" },
  knowledge: { name: "Knowledge", means: "what you know" },
  motivation: { name: "Motivation", means: "why this job" },
};

/** Why no question is made for a line of the posting. */
export const NOT_ASKED: Record<NotAsked, string> = {
  instruction: "It tells the reader of the posting what to do.",
  not_for_an_interview: "It is shown on paper, or is about the person and not the work.",
  personal_data: "It names somebody or says how to reach them.",
  language: "It is not in English, and questions are.",
};

export const MODES: Record<Mode, { name: string; means: string }> = {
  video: { name: "On camera", means: "You see and hear yourself afterwards." },
  voice: { name: "Voice only", means: "You hear yourself afterwards." },
  typed: { name: "Typed", means: "You write your answers." },
};

/** What each stage does, while it does it and once it is done. */
export const STAGES: Record<StageOut["name"], { doing: string; done: string }> = {
  media: { doing: "Opening the recording", done: "Recording opened" },
  transcript: { doing: "Writing down what you said", done: "Words written down" },
  voice: { doing: "Measuring pace, pauses and pitch", done: "Voice measured" },
  presence: { doing: "Looking at what the picture shows", done: "Picture measured" },
  cloud_video: { doing: "Having moments of the picture described", done: "Moments described" },
  grade: { doing: "Comparing your words with the rubric", done: "Compared with the rubric" },
  tips: { doing: "Choosing what to change first", done: "Tips chosen" },
};

/** What a described moment shows, and what was measured here when the two agree: never more than that. */
export const MOMENTS: Record<MomentKind, { name: string; agrees: string }> = {
  looks_away: { name: "Looking away from the camera", agrees: "Measured here, too: not towards the camera" },
  reads: { name: "Reading from something", agrees: "Measured here: eyes not towards the camera" },
  hand_to_face: { name: "A hand at the face", agrees: "Measured here: a hand in the picture" },
  gestures: { name: "Hands moving while explaining", agrees: "Measured here: hands in the picture" },
  leaves_frame: { name: "Out of the picture", agrees: "Measured here, too: no face in the picture" },
  gives_example: { name: "An example", agrees: "Heard here: you spoke then" },
  states_result: { name: "A result", agrees: "Heard here: you spoke then" },
};

/** Why described moments are left out, after their number. */
export const DROPPED: Record<Dropped, string> = {
  personal: "about the person instead of the answer",
  unknown_kind: "of a kind nobody asked for",
  outside: "outside the recording",
  repeated: "said twice",
  no_face: "while nobody was in the picture",
  face_visible: "although the face was in the picture",
  towards_camera: "although the look was towards the camera",
  no_words: "although nothing was said then",
};

/** How the interviewer talks and behaves. */
export const STYLES: Record<Style, { name: string; means: string }> = {
  warm: { name: "Warm", means: "Takes time, nods, thanks you." },
  neutral: { name: "Neutral", means: "Friendly and to the point." },
  challenging: { name: "Challenging", means: "Brisk, few nods, no small talk." },
};

export const VIEWS = [
  { value: "auto", name: "In 3D where it runs well" },
  { value: "2d", name: "A moving picture" },
  { value: "off", name: "A still" },
] as const;

export const SPEEDS = [
  { value: 0.85, name: "Slower" },
  { value: 1, name: "As people speak" },
  { value: 1.15, name: "Faster" },
] as const;

export const STAR: Record<string, string> = { S: "Situation", T: "Task", A: "Action", R: "Result" };

export const DIFFICULTIES = [
  { value: null, name: "Mixed" },
  { value: 2, name: "Gentle" },
  { value: 3, name: "Usual" },
  { value: 4, name: "Demanding" },
] as const;

/** The jobs that need a model, by the server's names. */
export const PORTS: Record<string, string> = {
  speech_to_text: "Writing down speech",
  text_to_speech: "The interviewer’s voice",
  presence: "Measuring the picture",
  flows: "Questions, grades, tips",
  language_model: "A second reader of answers",
  cloud_video: "Describing moments of the video",
  storage: "Keeping recordings",
};

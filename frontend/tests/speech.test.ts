import { describe, expect, it } from "vitest";
import { mouthPath, poseAt } from "../src/utils/figure";
import { lastBegun, mouthAt, ownVoice, voiceGroups, voiceNote, wordAt } from "../src/utils/speech";

const cues = [
  { start_s: 0, end_s: 0.5, viseme: "sil", phoneme: "", weight: 1 },
  { start_s: 0.5, end_s: 0.8, viseme: "aa", phoneme: "a", weight: 1 },
  { start_s: 0.8, end_s: 0.95, viseme: "PP", phoneme: "m", weight: 1 },
  { start_s: 0.95, end_s: 1.4, viseme: "U", phoneme: "u", weight: 1 },
  { start_s: 1.4, end_s: 1.5, viseme: "sil", phoneme: "", weight: 1 },
];

describe("the mouth", () => {
  it("is closed before, wide open in an a, shut in an m, round in an u", () => {
    expect(mouthAt(cues, 0.1).open).toBe(0);
    expect(mouthAt(cues, 0.65).open).toBeGreaterThan(0.9);
    expect(mouthAt(cues, 0.86).open).toBeLessThan(0.1);
    expect(mouthAt(cues, 1.2).round).toBeGreaterThan(0.9);
    expect(mouthAt(cues, 3).open).toBe(0);
  });
  it("moves without jumps", () => {
    for (let t = 0; t < 2; t += 0.005) {
      expect(Math.abs(mouthAt(cues, t + 0.005).open - mouthAt(cues, t).open)).toBeLessThan(0.2);
    }
  });
  it("stays closed without cues or with a shape it does not know", () => {
    expect(mouthAt([], 1).open).toBe(0);
    expect(mouthAt([{ start_s: 0, viseme: "??" }], 1).open).toBe(0);
  });
  it("draws closed outlines of finite numbers", () => {
    for (const open of [0, 0.5, 1]) {
      const { inner, lips } = mouthPath(open, 0.5, 0.5);
      for (const path of [inner, lips]) expect(path).toMatch(/^M[-\d. C]+Z$/);
    }
  });
});

describe("captions", () => {
  const words = [
    { start_s: 0.1, end_s: 0.3, text: "Tell" },
    { start_s: 0.3, end_s: 0.4, text: "me" },
    { start_s: 0.9, end_s: 1.2, text: "more." },
  ];
  it("marks the word being said, and keeps the last one through a pause", () => {
    expect([0, 0.1, 0.35, 0.6, 0.9, 5].map((t) => wordAt(words, t))).toEqual([-1, 0, 1, 1, 2, 2]);
  });
  it("finds the last begun item for every time as a plain search would", () => {
    for (let t = -0.1; t < 1.5; t += 0.013) {
      let expected = -1;
      for (const [index, word] of words.entries()) if (word.start_s <= t) expected = index;
      expect(lastBegun(words, t)).toBe(expected);
    }
  });
});

describe("the pose", () => {
  it("is the same for the same moment and stays small", () => {
    for (let t = 0; t < 60; t += 0.37) {
      const pose = poseAt(t, "listening");
      expect(pose).toEqual(poseAt(t, "listening"));
      expect(pose.lids).toBeGreaterThanOrEqual(0);
      expect(pose.lids).toBeLessThanOrEqual(1);
      expect(Math.abs(pose.tilt)).toBeLessThan(5);
      expect(Math.abs(pose.dropY)).toBeLessThan(8);
    }
  });
  it("blinks now and then, and nods only while listening", () => {
    const moments = Array.from({ length: 4000 }, (_, i) => i * 0.02);
    expect(moments.some((t) => poseAt(t, "idle").lids > 0.9)).toBe(true);
    const most = (mood: "idle" | "listening") =>
      Math.max(...moments.map((t) => Math.abs(poseAt(t, mood).dropY)));
    expect(most("listening")).toBeGreaterThan(most("idle") + 1);
  });
});

describe("who speaks", () => {
  it("is said only when somebody else spoke than was chosen", () => {
    const reason = "ElevenLabs did not answer within 2.5 seconds.";
    expect(voiceNote({ provider: "Kokoro", fallback: reason })).toBe(
      "Spoken by Kokoro: ElevenLabs did not answer within 2.5 seconds.",
    );
    expect(voiceNote({ provider: "ElevenLabs", fallback: null })).toBeNull();
    expect(voiceNote({ provider: null, fallback: null })).toBeNull();
    expect(voiceNote(undefined)).toBeNull();
  });
  const voices = [
    { id: "af_heart", provider: null, stands_for: null },
    { id: "bm_george", provider: null, stands_for: null },
    { id: "elevenlabs:x", provider: "ElevenLabs", stands_for: "af_heart" },
  ];
  it("is the service's voice for an interviewer, when there is one", () => {
    expect(ownVoice(voices, "af_heart")).toBe("elevenlabs:x");
    expect(ownVoice(voices, "bm_george")).toBe("bm_george");
    expect(ownVoice([], "af_heart")).toBe("af_heart");
  });
  it("is shown by who it is, the service first", () => {
    const groups = voiceGroups(voices);
    expect(groups.map((group) => group.provider)).toEqual(["ElevenLabs", null]);
    expect(groups.map((group) => group.voices.length)).toEqual([1, 2]);
    expect(voiceGroups(voices.slice(0, 2))).toHaveLength(1);
  });
});

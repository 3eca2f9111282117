import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useInterviewerLoop } from "../../hooks/use-interviewer-loop";
import type { VoiceSource } from "../../hooks/use-interviewer-voice";
import { useMedia } from "../../hooks/use-media";
import type { Mood } from "../../utils/figure";
import { castMember, OWN_ID } from "../../utils/interviewer/cast";
import type { StageState, Style } from "../../utils/interviewer/manner";
import { createPerformer, type Frame, type Speaking } from "../../utils/interviewer/performer";
import { seedOf } from "../../utils/interviewer/random";
import {
  type Quality,
  type Reason,
  type Renderer,
  report,
  type StageReport,
} from "../../utils/interviewer/report";
import { Figure } from "../ui/figure/figure";
import { obstacle } from "./capability";
import { type Debug, expose } from "./debug";
import { modelOf } from "./model-data";
import { openTheatre, type Theatre } from "./theatre";
import { openTwin, type Twin } from "./twin";
import "./stage.css";

interface Props {
  /** Of the cast, or "own" for the model kept in this browser. */
  id: string;
  state: StageState;
  style?: Style;
  /** Cues and the clock of the very audio; null when nothing is said. */
  speaking: Speaking | null;
  /** The candidate's voice while it is listened to (useInterviewerVoice). */
  voice?: VoiceSource | null;
  quality?: Quality;
  /** Told whenever the way of showing changes, and why, in plain words. */
  onChange?(report: StageReport): void;
  /** Offers window.__stage to tests, as `?stage=debug` does. */
  debug?: boolean;
}

const MOODS: Readonly<Record<StageState, Mood>> = {
  idle: "idle",
  asking: "idle",
  listening: "listening",
  thinking: "thinking",
  wrapping: "idle",
};

interface Shown {
  renderer: Renderer;
  reason: Reason | null;
  tier: number;
}

const LOADING: Shown = { renderer: "loading", reason: null, tier: 0 };

/** The interviewer: in 3D where that runs well, else as a picture that moves, else as the paper figure. */
export function InterviewerStage(props: Props) {
  const { id, state, style = "neutral", speaking, voice = null, quality = "auto", onChange, debug } = props;
  const host = useRef<HTMLDivElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const theatre = useRef<Theatre | null>(null);
  const twin = useRef<Twin | null>(null);
  const frame = useRef<Frame | null>(null);
  const [shown, setShown] = useState<Shown>(LOADING);
  // The twin stands in while 3D loads or has gone, so that nobody waits and the lips go on.
  const [picture, setPicture] = useState<"waiting" | "there" | "none">("waiting");
  const told = useRef("");
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const member = castMember(id);
  const name = member?.name ?? (id === OWN_ID ? "your interviewer" : "the interviewer");
  const label = member ? `${name}, the interviewer` : "The interviewer";
  const performer = useMemo(() => createPerformer(seedOf(id), still), [id, still]);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    setShown(LOADING);
    if (quality === "off") return setShown({ ...LOADING, renderer: "off", reason: "asked" });
    const why: Reason | null = quality === "2d" ? "asked" : obstacle();
    const insist = quality === "3d" && why !== "no-webgl";
    if (why && !insist) return setShown({ ...LOADING, renderer: "2d", reason: why });
    const opened = openTheatre(
      element,
      { label, insist, data: (signal) => modelOf(id, signal) },
      {
        onLive: (tier) => setShown({ renderer: "3d", reason: null, tier }),
        onRestored: (tier) => setShown({ renderer: "3d", reason: null, tier }),
        onLost: () => setShown((was) => ({ ...was, renderer: "2d", reason: "lost" })),
        onFailed: (reason) => setShown((was) => ({ ...was, renderer: "2d", reason })),
      },
    );
    theatre.current = opened;
    return () => {
      theatre.current = null;
      opened.close();
    };
  }, [id, label, quality]);

  const { sheet = null, layout = null } = member ?? {};
  const flat = shown.renderer === "2d" || shown.renderer === "loading";
  useEffect(() => {
    const element = canvas.current;
    setPicture("waiting");
    if (!element || quality === "off") return;
    if (!sheet || !layout) return setPicture("none");
    const abort = new AbortController();
    openTwin(element, { sheet, layout }, still, abort.signal).then(
      (opened) => {
        if (abort.signal.aborted) return opened.close();
        twin.current = opened;
        setPicture("there");
      },
      () => abort.signal.aborted || setPicture("none"),
    );
    return () => {
      abort.abort();
      twin.current?.close();
      twin.current = null;
    };
  }, [sheet, layout, still, quality]);

  useInterviewerLoop(host, (dt, ms) => {
    if (shown.renderer === "off") return;
    const now = performer.frame(dt, { state, style, speaking, voice: voice?.read() ?? null });
    frame.current = now;
    theatre.current?.draw(now, dt, ms);
    if (flat) twin.current?.draw(now);
  });

  const renderer: Renderer = shown.renderer === "2d" && picture === "none" ? "paper" : shown.renderer;
  useEffect(() => {
    // Whether 2D means a picture or paper is not known yet.
    if (renderer === "2d" && picture === "waiting") return;
    const now = report(renderer, shown.reason, name, shown.tier);
    const key = JSON.stringify(now);
    if (key !== told.current) onChange?.(now);
    told.current = key;
  }, [renderer, picture, shown, name, onChange]);

  const read = useCallback(
    (): Debug => ({
      frame: frame.current,
      scene: theatre.current?.read() ?? null,
      twin: twin.current?.read() ?? null,
      lose: () => theatre.current?.lose(),
      restore: () => theatre.current?.restore(),
    }),
    [],
  );
  useEffect(() => expose(debug === true, read), [debug, read]);

  const twinned = flat && picture === "there";
  const portrait = member?.portrait ?? null;
  const paper = flat && picture === "none" && !(renderer === "loading" && portrait);
  const poster = portrait && (renderer === "off" || (renderer === "loading" && picture === "none"));
  return (
    <div ref={host} className="istage" data-renderer={renderer} data-tier={shown.tier} data-state={state}>
      <div ref={place} className="istage__layer" hidden={shown.renderer !== "3d"} />
      <canvas
        ref={canvas}
        className="istage__layer istage__twin"
        role="img"
        aria-label={label}
        hidden={!twinned}
        aria-hidden={!twinned}
      />
      {poster && <img className="istage__layer istage__poster" src={portrait} alt={label} />}
      {paper && (
        <div className="istage__layer" role="img" aria-label={label}>
          <Figure mood={speaking ? "speaking" : MOODS[state]} speaking={speaking} />
        </div>
      )}
    </div>
  );
}

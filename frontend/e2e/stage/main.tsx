// A page with nothing but the interviewer, driven by tests through window.demo.
import "../../src/styles/tokens.css";
import "../../src/styles/base.css";
import "../../src/components/ui/ui.css";
import { useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { InterviewerStage } from "../../src/components/interviewer/interviewer-stage";
import { OwnInterviewer } from "../../src/components/interviewer/own-interviewer";
import { CAST } from "../../src/utils/interviewer/cast";
import type { LipCue } from "../../src/utils/interviewer/lips";
import type { StageState, Style } from "../../src/utils/interviewer/manner";
import type { Speaking } from "../../src/utils/interviewer/performer";
import type { Quality, StageReport } from "../../src/utils/interviewer/report";
import type { VoiceActivity } from "../../src/utils/interviewer/voice";

interface Shown {
  id: string;
  state: StageState;
  style: Style;
  quality: Quality;
  speaking: Speaking | null;
  mounted: boolean;
}

export interface Demo {
  cast: string[];
  reports: StageReport[];
  voice: VoiceActivity;
  set(change: Partial<Shown>): void;
  /** Says the cues from now on, by the clock of the page; or at the moment that `hold` sets, and no further. */
  speak(cues: LipCue[], held?: boolean): void;
  hold(t: number): void;
  at(): number;
}

declare global {
  interface Window {
    demo: Demo;
  }
}

const query = new URLSearchParams(location.search);

function Page() {
  const [shown, setShown] = useState<Shown>({
    id: query.get("id") ?? CAST[0]?.id ?? "none",
    state: (query.get("state") as StageState) ?? "idle",
    style: (query.get("style") as Style) ?? "neutral",
    quality: (query.get("quality") as Quality) ?? "auto",
    speaking: null,
    mounted: query.get("mounted") !== "no",
  });
  const began = useRef(0);
  const held = useRef<number | null>(null);
  const [source] = useState(() => ({ read: () => window.demo.voice }));
  const demo: Demo = {
    cast: CAST.map((member) => member.id),
    reports: window.demo?.reports ?? [],
    voice: window.demo?.voice ?? { level: 0, speaking: false, pauseStart: null },
    set: (change) => setShown((was) => ({ ...was, ...change })),
    speak(cues, isHeld = false) {
      const start = performance.now();
      held.current = isHeld ? 0 : null;
      began.current = start;
      setShown((was) => ({
        ...was,
        state: "asking",
        speaking: { cues, clock: () => held.current ?? (performance.now() - start) / 1000 },
      }));
    },
    hold(t) {
      held.current = t;
    },
    at: () => held.current ?? (performance.now() - began.current) / 1000,
  };
  window.demo = demo;
  const [report] = useState(() => (it: StageReport) => window.demo.reports.push(it));
  return (
    <main style={{ display: "grid", gap: 16 }}>
      <h1 className="only-heard">The interviewer by itself</h1>
      <div
        style={{
          width: `min(100vw, ${query.get("w") ?? 720}px)`,
          height: `${query.get("h") ?? 560}px`,
          margin: "0 auto",
        }}
      >
        {shown.mounted && (
          <InterviewerStage
            id={shown.id}
            state={shown.state}
            style={shown.style}
            quality={shown.quality}
            speaking={shown.speaking}
            voice={shown.state === "listening" ? source : null}
            onChange={report}
          />
        )}
      </div>
      {query.has("own") && (
        <OwnInterviewer onUse={() => demo.set({ id: "own" })} onRemove={() => undefined} />
      )}
    </main>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<Page />);

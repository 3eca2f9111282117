import type { KeyboardEvent, MouseEvent } from "react";
import { usePlayer } from "../../hooks/use-player";
import type { Evidence, Interval, Word } from "../../utils/api/types";
import { clock } from "../../utils/format";
import type { Player } from "../../utils/player";
import { Icon } from "../ui/icon";

interface Props {
  player: Player;
  durationMs: number;
  evidence: readonly Evidence[];
  pauses: readonly Interval[];
  fillers: readonly Word[];
}

const STEPS: Record<string, number> = {
  ArrowLeft: -2000,
  ArrowRight: 2000,
  PageDown: -10_000,
  PageUp: 10_000,
};

/** Play, the time, and a line one can seek on by pointer or arrow keys, with pauses, fillers and evidence on it. */
export function Timeline({ player, durationMs, evidence, pauses, fillers }: Props) {
  const second = usePlayer(player, (p) => Math.floor(p.timeMs / 1000));
  const playing = usePlayer(player, (p) => p.playing);
  const at = (ms: number) => `${Math.min(100, Math.max(0, (ms / durationMs) * 100))}%`;

  const byKey = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (event.key === " " || event.key === "Enter") player.toggle();
    else if (event.key === "Home") player.seek(0);
    else if (event.key === "End") player.seek(durationMs);
    else if (step !== undefined) player.seek(Math.min(durationMs, player.timeMs + step));
    else return;
    event.preventDefault();
  };
  const byPointer = (event: MouseEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    player.seek(((event.clientX - box.left) / box.width) * durationMs);
  };

  return (
    <div className="timeline">
      <button type="button" className="btn timeline__play" onClick={() => player.toggle()}>
        <Icon name={playing ? "pause" : "play"} /> {playing ? "Pause" : "Play"}
      </button>
      <div
        className="timeline__line"
        role="slider"
        tabIndex={0}
        aria-label="Place in the recording"
        aria-valuemin={0}
        aria-valuemax={Math.round(durationMs / 1000)}
        aria-valuenow={second}
        aria-valuetext={`${clock(second * 1000)} of ${clock(durationMs)}`}
        onKeyDown={byKey}
        onClick={byPointer}
      >
        {pauses.map((pause) => (
          <i
            key={`p${pause.start_ms}`}
            className="timeline__pause"
            style={{ left: at(pause.start_ms), width: at(pause.end_ms - pause.start_ms) }}
          />
        ))}
        {fillers.map((word) => (
          <i
            key={`f${word.start_ms}`}
            className="timeline__filler"
            style={{ left: at(word.start_ms ?? 0) }}
          />
        ))}
        {evidence.map((item, index) => (
          <i
            // biome-ignore lint/suspicious/noArrayIndexKey: two marks may have the same time
            key={`e${index}`}
            className="timeline__proof"
            style={{
              left: at(item.start_ms ?? 0),
              width: at((item.end_ms ?? item.start_ms ?? 0) - (item.start_ms ?? 0)),
            }}
          />
        ))}
        <Head player={player} durationMs={durationMs} />
      </div>
      <span className="hush num">
        {clock(second * 1000)} / {clock(durationMs)}
      </span>
    </div>
  );
}

function Head({ player, durationMs }: { player: Player; durationMs: number }) {
  const permille = usePlayer(player, (p) => Math.round((p.timeMs / durationMs) * 1000));
  return <i className="timeline__head" style={{ left: `${Math.min(1000, permille) / 10}%` }} />;
}

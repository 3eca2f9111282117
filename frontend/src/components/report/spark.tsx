import { usePlayer } from "../../hooks/use-player";
import type { Player } from "../../utils/player";
import { linePath, type Point } from "../../utils/series";

const WIDTH = 320;
const HEIGHT = 40;

interface Props {
  name: string;
  /** What was measured, in words with its unit; null with the reason in `reason`. */
  says: string | null;
  reason?: string | null;
  points?: readonly Point[];
  /** Bottom and top of the box; without it the line fills the box. */
  range?: readonly [number, number];
  player?: Player;
  durationMs?: number;
}

/** One measure over time, labelled where it stands. What was not measured is hatched and says why. */
export function Spark({ name, says, reason, points, range, player, durationMs }: Props) {
  const path = points ? linePath(points, WIDTH, HEIGHT, range) : null;
  return (
    <div className="spark">
      <p>
        <b>{name}</b> <span>{says ?? "not measured"}</span>
      </p>
      {says === null ? (
        <p className="spark__none unmeasured">{reason ?? "There was nothing to measure it on."}</p>
      ) : (
        path && (
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
            <path className="spark__base" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
            <path className="spark__line" d={path} />
            {player && durationMs && <Now player={player} durationMs={durationMs} />}
          </svg>
        )
      )}
    </div>
  );
}

function Now({ player, durationMs }: { player: Player; durationMs: number }) {
  const x = usePlayer(player, (p) => Math.round((p.timeMs / durationMs) * WIDTH));
  return <path className="spark__now" d={`M${x} 0V${HEIGHT}`} />;
}

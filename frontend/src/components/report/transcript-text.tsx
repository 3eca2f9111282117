import { Fragment, type MouseEvent, useMemo } from "react";
import { usePlayer } from "../../hooks/use-player";
import type { Evidence, Interval, StarSpan, Transcript, Word } from "../../utils/api/types";
import { clock } from "../../utils/format";
import type { Player } from "../../utils/player";
import { type Run, runs, UNCERTAIN, wordAtMs } from "../../utils/transcript";
import { STAR } from "../../utils/words";

interface Props {
  transcript: Transcript;
  evidence: readonly Evidence[];
  star: readonly StarSpan[];
  pauses: readonly Interval[];
  player: Player | null;
}

const LONG_PAUSE_MS = 1_000;

/** The words of the answer, following the recording; press a word to hear it. */
export function TranscriptText({ transcript, evidence, star, pauses, player }: Props) {
  const { words } = transcript;
  const pieces = useMemo(() => runs(words, evidence, star), [words, evidence, star]);
  const long = pauses.filter((pause) => pause.end_ms - pause.start_ms >= LONG_PAUSE_MS);
  const fillers = words.some((word) => word.filler);
  const unsure = words.some((word) => isUnsure(word));

  const jump = (event: MouseEvent) => {
    const index = (event.target as HTMLElement).closest<HTMLElement>("[data-word]")?.dataset.word;
    const start = index === undefined ? null : words[Number(index)]?.start_ms;
    if (player && typeof start === "number") player.seek(start, true);
  };

  if (words.length === 0) return <p className="hush">No words were found in this answer.</p>;
  return (
    <div className="words">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the line above the words seeks by keyboard */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: as above */}
      <div className="words__text" onClick={jump}>
        {pieces.map((run) => (
          <Fragment key={run.from}>
            {run.begins && <span className="words__part">{STAR[run.begins] ?? run.begins}</span>}
            {player ? (
              <Followed run={run} words={words} player={player} long={long} />
            ) : (
              <Plain run={run} active={-1} long={long} />
            )}{" "}
          </Fragment>
        ))}
      </div>
      {transcript.unheard.length > 0 && (
        <p className="hush">
          We could not make out the words {transcript.unheard.map(stretch).join(" and ")}. They count for
          nothing, neither way.
        </p>
      )}
      {(fillers || unsure) && (
        <p className="hush">
          {fillers && (
            <>
              <span className="word--filler">Dotted</span>: a filler, at least these.{" "}
            </>
          )}
          {unsure && (
            <>
              <span className="word--unsure">Wavy</span>: a word we are not sure of. It never counts as
              evidence.
            </>
          )}
        </p>
      )}
    </div>
  );
}

interface RunProps {
  run: Run;
  long: readonly Interval[];
}

/** Draws a run again only when the word being said moves inside, into or out of it. */
function Followed({ run, words, player, long }: RunProps & { words: readonly Word[]; player: Player }) {
  const active = usePlayer(player, (p) => {
    const index = p.timeMs > 0 ? wordAtMs(words, p.timeMs) : -1;
    return index >= run.from && index < run.from + run.words.length ? index : -1;
  });
  return <Plain run={run} active={active} long={long} />;
}

function Plain({ run, active, long }: RunProps & { active: number }) {
  const inside = run.words.map((word, offset) => {
    const index = run.from + offset;
    const pause = long.find((p) => Math.abs(p.start_ms - (word.end_ms ?? Number.NaN)) < 350);
    const names = [
      word.filler ? "word--filler" : "",
      isUnsure(word) ? "word--unsure" : "",
      index === active ? "word--now" : "",
    ];
    return (
      <Fragment key={index}>
        <span data-word={index} className={names.filter(Boolean).join(" ") || undefined}>
          {word.text}
        </span>
        {offset < run.words.length - 1 && " "}
        {pause && (
          <span className="words__pause num">{((pause.end_ms - pause.start_ms) / 1000).toFixed(1)} s</span>
        )}
      </Fragment>
    );
  });
  return run.evidence ? <mark className="evidence">{inside}</mark> : inside;
}

const stretch = (gap: Interval) => `from ${clock(gap.start_ms)} to ${clock(gap.end_ms)}`;

function isUnsure(word: Word): boolean {
  return typeof word.probability === "number" && word.probability < UNCERTAIN;
}

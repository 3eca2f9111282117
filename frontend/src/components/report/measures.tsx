import type { PresenceMeasures, StageOut, TakeOut, VoiceMeasures } from "../../utils/api/types";
import { count, howMuch, percent } from "../../utils/format";
import type { Player } from "../../utils/player";
import { pace, smooth } from "../../utils/series";
import { Spark } from "./spark";

interface Props {
  take: TakeOut;
  voice: VoiceMeasures | null;
  presence: PresenceMeasures | null;
  /** How many described moments say what was measured here. */
  agreeing: number;
  stages: readonly StageOut[];
  player: Player;
  durationMs: number;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function missing(stages: readonly StageOut[], name: StageOut["name"]): string {
  const stage = stages.find((item) => item.name === name);
  return stage?.error?.message ?? stage?.reason ?? "This step is not done yet.";
}

/** Pace, pitch, level and the direction of the look over time, and what is counted beside them. */
export function Measures({ take, voice, presence, agreeing, stages, player, durationMs }: Props) {
  const over = { player, durationMs };
  const why = voice ? "" : missing(stages, "voice");
  const no = voice?.not_measured ?? {};
  const timeline = voice?.timeline ?? [];
  const has = <T,>(value: T | null | undefined): value is T => value !== null && value !== undefined;
  const camera = presence?.towards_camera;
  const coverage = presence?.coverage?.towards_camera;
  return (
    <section className="measures" aria-label="Measures over time">
      <Spark
        name="Pace"
        says={has(voice?.words_per_minute) ? `${Math.round(voice.words_per_minute)} words a minute` : null}
        reason={no.words_per_minute ?? why}
        points={pace(timeline.map((second) => second.words))}
        {...over}
      />
      <Spark
        name="Pitch"
        says={
          has(voice?.pitch_sd_semitones)
            ? `varies by ${voice.pitch_sd_semitones.toFixed(1)} semitones about your own middle`
            : null
        }
        reason={no.pitch_sd_semitones ?? why}
        points={smooth(timeline.map((second) => second.pitch_semitones ?? null))}
        {...over}
      />
      <Spark
        name="Level"
        says={
          has(voice?.level_sd_db) ? `varies by ${voice.level_sd_db.toFixed(1)} dB about your own mean` : null
        }
        reason={no.level_sd_db ?? why}
        points={smooth(timeline.map((second) => second.level_db ?? null))}
        {...over}
      />
      {take.kind === "video" && (
        <Spark
          name="Towards the camera or screen"
          says={
            has(camera)
              ? `${howMuch(camera)}${has(coverage) ? `, seen in ${percent(coverage)} of the answer` : ""}`
              : null
          }
          reason={presence?.not_measured?.towards_camera ?? (presence ? null : missing(stages, "presence"))}
          points={smooth((presence?.timeline ?? []).map((second) => second.camera ?? null))}
          range={[0, 1]}
          {...over}
        />
      )}
      {voice && (
        <ul className="measures__facts">
          {has(voice.latency_ms) && <li>First words after {seconds(voice.latency_ms)}</li>}
          <li>
            {count(voice.pauses.length, "pause")} of half a second or more
            {has(voice.longest_pause_ms) &&
              voice.pauses.length > 0 &&
              `, the longest ${seconds(voice.longest_pause_ms)}`}
          </li>
          {has(voice.filler_count) && (
            <li>
              {voice.filler_count === 0
                ? "No um or uh found"
                : `At least ${count(voice.filler_count, "filler")} (um, uh)`}
              {has(voice.soft_filler_count) &&
                voice.soft_filler_count > 0 &&
                `, and ${voice.soft_filler_count} of the kind “you know”`}
            </li>
          )}
          {agreeing > 0 && (
            <li>
              {count(agreeing, "moment")} that Twelve Labs described: the picture was measured the same here
            </li>
          )}
          {presence?.low_light && <li>The picture was dark</li>}
          {Object.entries(presence?.not_measured ?? {})
            .filter(([name]) => name !== "towards_camera")
            .map(([name, reason]) => (
              <li key={name} className="measures__none">
                {name.replaceAll("_", " ")}: not measured, {reason}
              </li>
            ))}
        </ul>
      )}
    </section>
  );
}

import type { Consent } from "../../utils/api/types";

interface Props {
  consent: Consent;
  camera: boolean;
  days: number | undefined;
  cloud: string[];
  /** Who keeps the recordings, when that is not this machine. */
  keeper: string | undefined;
  onChange(consent: Consent): void;
}

/** What may be recorded and measured, each by itself. Nothing is ticked in advance. */
export function Consents({ consent, camera, days, cloud, keeper, onChange }: Props) {
  const where = cloud.length === 0 ? "on this machine" : `on this machine and by ${cloud.join(" and ")}`;
  const items: { name: keyof Consent; title: string; says: string }[] = [
    {
      name: "recording",
      title: camera ? "Record my answers" : "Record my voice",
      says: `Needed to answer aloud. Kept ${keeper ? `at ${keeper} ` : ""}${days ? `for ${days} days` : "for a while"}, then deleted by itself; you can delete it sooner.`,
    },
    {
      name: "voice",
      title: "Measure my voice",
      says: "Pace, pauses, fillers, and how pitch and level vary. Left out of the report without any loss if you say no.",
    },
  ];
  if (camera) {
    items.push({
      name: "presence",
      title: "Measure what the picture shows",
      says: "Towards the camera or not, framing, light, hands. At most a tenth of a grade; never who you are or how you feel.",
    });
  }
  return (
    <fieldset className="consents">
      <legend>What you agree to</legend>
      <p className="hush">Everything is worked out {where}.</p>
      {items.map((item) => (
        <label key={item.name}>
          <input
            type="checkbox"
            checked={consent[item.name]}
            onChange={(event) => onChange({ ...consent, [item.name]: event.target.checked })}
          />
          <span>
            <b>{item.title}</b>
            <span className="hush">{item.says}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

import type { Consent, SystemOut } from "../../utils/api/types";
import { PORTS } from "../../utils/words";

interface Props {
  consent: Consent;
  camera: boolean;
  days: number | undefined;
  cloud: SystemOut["providers"];
  /** Who keeps the recordings, when that is not this machine. */
  keeper: string | undefined;
  /** Whether this machine is somebody's server. */
  onServer: boolean;
  onChange(consent: Consent): void;
}

/** What may be recorded and measured, each by itself. Nothing is ticked in advance. */
export function Consents({ consent, camera, days, cloud, keeper, onServer, onChange }: Props) {
  const here = onServer ? "on this server" : "on this machine";
  const asked = cloud.filter((one) => one.consent && (camera || one.port !== "cloud_video"));
  const items: { name: "recording" | "voice" | "presence"; title: string; says: string }[] = [
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
      <p className="hush">
        {asked.length === 0
          ? `Everything you say and show is worked out ${here}.`
          : `What you say and show is worked out ${here}. Below are the services of others that may help, if you let them.`}
      </p>
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
      {[...new Set(asked.map((one) => one.id ?? ""))].map((id) => (
        <label key={id}>
          <input
            type="checkbox"
            checked={consent.providers.includes(id)}
            onChange={(event) =>
              onChange({
                ...consent,
                providers: event.target.checked
                  ? [...consent.providers, id]
                  : consent.providers.filter((other) => other !== id),
              })
            }
          />
          <span>
            <b>Let {asked.find((one) => one.id === id)?.name} help</b>
            {asked
              .filter((one) => one.id === id)
              .map((one) => (
                <span className="hush" key={one.port}>
                  {PORTS[one.port]}. It is given: {one.receives}
                </span>
              ))}
            <span className="hush">Without it the built-in parts do the work.</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

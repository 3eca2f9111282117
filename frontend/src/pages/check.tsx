import { useRef, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { type Check, CheckList } from "../components/check/check-list";
import { Consents } from "../components/check/consents";
import { DeviceSelects } from "../components/check/device-choice";
import { Mirror } from "../components/check/mirror";
import { Problem } from "../components/ui/problem";
import { Waiting } from "../components/ui/waiting";
import { useEditInterview, useInterview } from "../hooks/queries/interviews";
import { useSystem } from "../hooks/queries/system";
import { useDevices } from "../hooks/use-devices";
import { useLevel } from "../hooks/use-level";
import { useLight } from "../hooks/use-light";
import { useRoomChecks } from "../hooks/use-room-checks";
import { useTitle } from "../hooks/use-title";
import type { InterviewOut, Mode } from "../utils/api/types";
import "./check.css";

const DARK = 50;
const GLARE = 215;

export function CheckPage() {
  const { id = "" } = useParams();
  const interview = useInterview(id);
  useTitle("Check");
  if (interview.isPending) return <Waiting label="Opening the check" lines={8} />;
  if (interview.isLoadingError)
    return <Problem error={interview.error} onRetry={() => void interview.refetch()} />;
  return <CheckRoom interview={interview.data} />;
}

function CheckRoom({ interview }: { interview: InterviewOut }) {
  const navigate = useNavigate();
  const system = useSystem();
  const edit = useEditInterview(interview.id);
  const camera = interview.settings.mode === "video";
  const [consent, setConsent] = useState(interview.settings.consent);
  const [asked, setAsked] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  const meter = useRef<HTMLDivElement>(null);
  const devices = useDevices(interview.settings.mode !== "typed", camera);
  const heard = useLevel(devices.stream, meter);
  const light = useLight(video, devices.stream);
  const room = useRoomChecks();
  const cloud = (system.data?.providers ?? []).filter((provider) => provider.where === "cloud");
  const keeper = cloud.find((provider) => provider.port === "storage")?.name;
  const live = devices.stream !== null;

  const checks: Check[] = [
    ...(camera
      ? [
          {
            name: "Camera",
            ok: live,
            says: live
              ? "The camera is on. Fit your head in the oval."
              : "Waiting for the browser to open it.",
          },
          { name: "Light", ...lightSays(light) },
        ]
      : []),
    {
      name: "Microphone",
      ok: live && heard,
      says: heard
        ? "We hear you above the noise of the room."
        : "Say a sentence, as you would to somebody across a table.",
    },
    {
      name: "Room to save",
      ok: room.storage,
      says:
        room.storage === false
          ? "This browser has little room. Your answer is sent as you speak, but a lost connection could cost some of it."
          : "Your answer is kept here until it has been saved.",
    },
    {
      name: "Rehearsal",
      ok: room.server,
      says:
        room.server === false
          ? "A part of it is not ready yet. We look again every few seconds."
          : "Ready to take your answer.",
    },
  ];

  const leave = (change: { mode?: Mode }) =>
    edit.mutate({ ...change, consent }, { onSuccess: () => navigate(`/interviews/${interview.id}/room`) });

  return (
    <div className="check">
      <header className="check__head">
        <h1>{camera ? "See and hear yourself first" : "Hear yourself first"}</h1>
        <p>Nothing is recorded on this page.</p>
      </header>
      <div className="check__mirror">
        <Mirror stream={devices.stream} video={video} meter={meter} camera={camera} />
        {devices.trouble && (
          <div className="problem" role="alert">
            <strong>{devices.trouble.detail}</strong>
            <span>{devices.trouble.hint}</span>
            <button type="button" className="btn" onClick={devices.retry}>
              Try again
            </button>
          </div>
        )}
        <DeviceSelects devices={devices} camera={camera} />
        <div className="row">
          {camera && (
            <button type="button" className="btn" onClick={() => edit.mutate({ mode: "voice", consent })}>
              Continue without camera
            </button>
          )}
          <button type="button" className="btn" onClick={() => leave({ mode: "typed" })}>
            Type instead
          </button>
        </div>
      </div>
      <div className="check__side">
        <CheckList checks={checks} />
        <Consents
          consent={consent}
          camera={camera}
          days={system.data?.retention_days}
          cloud={cloud}
          keeper={keeper}
          onServer={system.data?.mode === "server"}
          onChange={setConsent}
        />
        <Problem error={edit.error} />
      </div>
      <footer className="actionbar">
        <p className="hush" role="status">
          {asked && !consent.recording
            ? "To answer aloud, agree to the recording, or choose to type instead."
            : "Recording starts and stops only when you say so."}
        </p>
        <button
          type="button"
          className="btn btn--primary"
          disabled={edit.isPending}
          onClick={() => (consent.recording ? leave({}) : setAsked(true))}
        >
          Enter the room
        </button>
      </footer>
    </div>
  );
}

function lightSays(light: number | null): { ok: boolean | null; says: string } {
  if (light === null) return { ok: null, says: "Waiting for a picture." };
  if (light < DARK) return { ok: false, says: "It is dark. Put a lamp or a window in front of you." };
  if (light > GLARE)
    return { ok: false, says: "It is very bright. Turn away from the light, or draw a curtain." };
  return { ok: true, says: "Bright enough to see you well." };
}

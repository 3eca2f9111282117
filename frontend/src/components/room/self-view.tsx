import { useEffect, useRef, useState } from "react";
import { useLevel } from "../../hooks/use-level";
import { Icon } from "../ui/icon";

/** One's own picture, small, mirrored, and out of the way on request; a level meter when there is only a voice. */
export function SelfView({ stream, camera }: { stream: MediaStream | null; camera: boolean }) {
  const [shown, setShown] = useState(true);
  const video = useRef<HTMLVideoElement>(null);
  const meter = useRef<HTMLDivElement>(null);
  useLevel(stream, meter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a picture shown again needs its stream again
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
  }, [stream, shown]);
  return (
    <div className={camera ? "self" : "self self--voice"}>
      {camera && shown && <video ref={video} autoPlay muted playsInline aria-label="Your camera, mirrored" />}
      <div className="self__foot">
        <div className="self__meter" ref={meter} aria-hidden="true">
          <span />
        </div>
        {camera ? (
          <button
            type="button"
            className="btn btn--quiet"
            aria-label={shown ? "Hide my picture" : "Show my picture"}
            onClick={() => setShown(!shown)}
          >
            <Icon name="hide" /> {shown ? "Hide" : "Show"}
          </button>
        ) : (
          <span className="hush">Your microphone</span>
        )}
      </div>
    </div>
  );
}

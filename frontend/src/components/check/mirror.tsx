import { type RefObject, useEffect } from "react";

interface Props {
  stream: MediaStream | null;
  video: RefObject<HTMLVideoElement | null>;
  meter: RefObject<HTMLDivElement | null>;
  camera: boolean;
}

/** The mirror: the camera's picture as one sees oneself, with the level of the microphone under it. */
export function Mirror({ stream, video, meter, camera }: Props) {
  useEffect(() => {
    if (video.current) video.current.srcObject = camera ? stream : null;
  }, [stream, video, camera]);
  return (
    <div className={camera ? "mirror" : "mirror mirror--voice"} data-scene="stage">
      {camera && <video ref={video} autoPlay muted playsInline aria-label="Your camera, mirrored" />}
      {camera && stream && (
        <svg className="mirror__guide" viewBox="0 0 160 90" aria-hidden="true">
          <ellipse cx="80" cy="40" rx="17" ry="23" />
        </svg>
      )}
      {!stream && <p>{camera ? "Waiting for the camera" : "Waiting for the microphone"}</p>}
      <div className="mirror__meter" ref={meter} aria-hidden="true">
        <span />
      </div>
    </div>
  );
}

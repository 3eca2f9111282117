import { useId, useRef } from "react";
import { useInterviewerOwn } from "../../hooks/use-interviewer-own";
import { Icon } from "../ui/icon";
import { Findings } from "./findings";
import "./own.css";

interface Props {
  /** The model has been kept: it can be shown under the id "own". */
  onUse(): void;
  /** It is no longer kept: choose somebody else. */
  onRemove(): void;
}

/** Opens a model as the room would, without drawing it. The script is fetched for this only when it is needed. */
async function tryOut(data: ArrayBuffer): Promise<void> {
  const scene = await import("./scene/stage-scene");
  await scene.tryModel(data);
}

const DOING = {
  idle: "",
  reading: "Reading the file.",
  opening: "Opening the model. This may take a few seconds.",
  saving: "Keeping it in this browser.",
} as const;

/** Bring your own interviewer: choose a file, see what is in it, use it, remove it. */
export function OwnInterviewer({ onUse, onRemove }: Props) {
  const { kept, candidate, problem, step, choose, use, remove, dismiss } = useInterviewerOwn(tryOut);
  const input = useRef<HTMLInputElement>(null);
  const title = useId();
  const hint = useId();
  const busy = step !== "idle";
  return (
    <section className="own" aria-labelledby={title}>
      <h3 id={title}>Your own interviewer</h3>
      <p className="hush" id={hint}>
        A VRM or GLB file of at most 25 MB. It stays in this browser and is never sent anywhere.
      </p>
      {kept && !candidate && (
        <div className="own__kept row">
          <span className="own__name">{kept.name}</span>
          <button type="button" className="btn" onClick={onUse}>
            Use it
          </button>
          <button
            type="button"
            className="btn btn--quiet"
            onClick={async () => {
              if (await remove()) onRemove();
            }}
          >
            <Icon name="bin" /> Remove it
          </button>
        </div>
      )}
      {!candidate && (
        <div>
          <button
            type="button"
            className="btn"
            disabled={busy}
            aria-describedby={hint}
            onClick={() => input.current?.click()}
          >
            <Icon name="file" /> {kept ? "Choose another file" : "Choose a file"}
          </button>
          <input
            ref={input}
            type="file"
            accept=".vrm,.glb,model/gltf-binary"
            className="only-heard"
            tabIndex={-1}
            aria-label="A VRM or GLB file"
            onChange={(event) => {
              const file = event.target.files?.[0];
              // The same file chosen again, after it was mended, must count as a change.
              event.target.value = "";
              if (file) void choose(file);
            }}
          />
        </div>
      )}
      <p role="status" className="own__doing hush">
        {DOING[step]}
      </p>
      {problem && (
        <div className="problem" role="alert">
          <strong>{problem}</strong>
          <span>Your interviewer stays as chosen.</span>
        </div>
      )}
      {candidate && (
        <div className="own__found">
          <Findings name={candidate.name} findings={candidate.findings} />
          <div className="row">
            <button
              type="button"
              className="btn btn--primary"
              disabled={busy}
              onClick={async () => {
                if (await use()) onUse();
              }}
            >
              Use this interviewer
            </button>
            <button type="button" className="btn" disabled={busy} onClick={dismiss}>
              Keep the current one
            </button>
          </div>
        </div>
      )}
    </section>
  );
}

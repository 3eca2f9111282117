// Cameras and microphones: what to ask for, what was chosen, and what a refusal means in plain words.

export interface DeviceChoice {
  camera: string | null;
  microphone: string | null;
}

export interface DeviceTrouble {
  detail: string;
  hint: string;
}

const KEY = "rehearsal-devices";

export function savedChoice(): DeviceChoice {
  try {
    return { camera: null, microphone: null, ...(JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as object) };
  } catch {
    return { camera: null, microphone: null };
  }
}

export function saveChoice(choice: DeviceChoice): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(choice));
  } catch {
    // Private windows may refuse storage: the choice then holds for this page only.
  }
}

/** 540 lines are enough for the measures and for playing back, and light enough for a laptop to encode. */
export function constraints(camera: boolean, choice: DeviceChoice): MediaStreamConstraints {
  const exact = (id: string | null) => (id ? { deviceId: { exact: id } } : {});
  return {
    audio: {
      ...exact(choice.microphone),
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: false,
    },
    video: camera
      ? { ...exact(choice.camera), width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 25 } }
      : false,
  };
}

/** What the browser's refusal means and what to do about it. */
export function explain(error: unknown, camera: boolean): DeviceTrouble {
  const name = error instanceof Error ? error.name : "";
  const what = camera ? "the camera and the microphone" : "the microphone";
  if (name === "NotAllowedError" || name === "SecurityError") {
    return {
      detail: `The browser does not let this page use ${what}.`,
      hint: "Press the symbol beside the address, allow them for this page, then try again.",
    };
  }
  if (name === "NotFoundError" || name === "OverconstrainedError") {
    return {
      detail: camera ? "We found no camera, or no microphone." : "We found no microphone.",
      hint: "Plug one in and try again, or go on without it.",
    };
  }
  if (name === "NotReadableError" || name === "AbortError") {
    return {
      detail: `Another program is using ${what}.`,
      hint: "Close the other program, then try again.",
    };
  }
  return {
    detail: `This browser cannot use ${what} here.`,
    hint: "Open Rehearsal at http://localhost:8000 in a current browser, or type your answers.",
  };
}

const TYPES = {
  video: ["video/webm;codecs=vp8,opus", "video/webm", "video/mp4;codecs=avc1.42E01E,opus", "video/mp4"],
  voice: ["audio/webm;codecs=opus", "audio/webm", "audio/mp4", "audio/ogg;codecs=opus"],
};

/** The first container this browser can record; undefined leaves the choice to the browser. */
export function recordingType(kind: "video" | "voice"): string | undefined {
  return TYPES[kind].find((type) => MediaRecorder.isTypeSupported(type));
}

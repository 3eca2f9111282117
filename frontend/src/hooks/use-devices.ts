import { useCallback, useEffect, useState } from "react";
import {
  constraints,
  type DeviceChoice,
  type DeviceTrouble,
  explain,
  saveChoice,
  savedChoice,
} from "../utils/devices";

export interface Devices {
  stream: MediaStream | null;
  trouble: DeviceTrouble | null;
  cameras: MediaDeviceInfo[];
  microphones: MediaDeviceInfo[];
  choice: DeviceChoice;
  choose(part: Partial<DeviceChoice>): void;
  retry(): void;
}

/** Opens microphone and, if wanted, camera; closes them when the page is left or `on` becomes false. */
export function useDevices(on: boolean, camera: boolean): Devices {
  const [choice, setChoice] = useState(savedChoice);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [trouble, setTrouble] = useState<DeviceTrouble | null>(null);
  const [list, setList] = useState<MediaDeviceInfo[]>([]);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks for the devices once more
  useEffect(() => {
    if (!on) return;
    let left = false;
    let opened: MediaStream | null = null;
    const open = async () => {
      setTrouble(null);
      try {
        opened = await navigator.mediaDevices.getUserMedia(constraints(camera, choice));
        if (left) return stop(opened);
        for (const track of opened.getTracks()) {
          track.addEventListener("ended", () => setTrouble(lost(track.kind)));
        }
        setStream(opened);
        setList(await navigator.mediaDevices.enumerateDevices());
      } catch (error) {
        if (!left) setTrouble(explain(error, camera));
      }
    };
    void open();
    return () => {
      left = true;
      if (opened) stop(opened);
      setStream(null);
    };
  }, [on, camera, choice, attempt]);

  const choose = useCallback((part: Partial<DeviceChoice>) => {
    setChoice((old) => {
      const next = { ...old, ...part };
      saveChoice(next);
      return next;
    });
  }, []);

  return {
    stream,
    trouble,
    cameras: list.filter((device) => device.kind === "videoinput"),
    microphones: list.filter((device) => device.kind === "audioinput"),
    choice,
    choose,
    retry: () => setAttempt((n) => n + 1),
  };
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function lost(kind: string): DeviceTrouble {
  return {
    detail: kind === "video" ? "The camera went away." : "The microphone went away.",
    hint: "Plug it in again, or choose another one, then try again.",
  };
}

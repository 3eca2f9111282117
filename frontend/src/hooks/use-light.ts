import { type RefObject, useEffect, useState } from "react";

const EVERY_MS = 600;

/** Mean brightness of the camera's picture, 0 to 255; null while there is none. */
export function useLight(
  video: RefObject<HTMLVideoElement | null>,
  stream: MediaStream | null,
): number | null {
  const [light, setLight] = useState<number | null>(null);

  useEffect(() => {
    setLight(null);
    if (!stream || stream.getVideoTracks().length === 0) return;
    const canvas = document.createElement("canvas");
    canvas.width = 64;
    canvas.height = 36;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const timer = setInterval(() => {
      if (!context || !video.current || video.current.readyState < 2) return;
      context.drawImage(video.current, 0, 0, 64, 36);
      const { data } = context.getImageData(0, 0, 64, 36);
      let sum = 0;
      for (let i = 0; i < data.length; i += 4) {
        sum += 0.2126 * (data[i] ?? 0) + 0.7152 * (data[i + 1] ?? 0) + 0.0722 * (data[i + 2] ?? 0);
      }
      setLight(Math.round(sum / (64 * 36)));
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [video, stream]);

  return light;
}

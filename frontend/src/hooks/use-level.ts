import { type RefObject, useEffect, useState } from "react";

// Speech lies well above a room's noise; the floor follows the quietest moments. Factors chosen by trying.
const ABOVE_NOISE = 3;
const LEAST = 0.012;
const HEARD_FRAMES = 12;

/** Moves a meter with the microphone and tells once a voice has been heard above the noise of the room. */
export function useLevel(stream: MediaStream | null, meter: RefObject<HTMLElement | null>): boolean {
  const [heard, setHeard] = useState(false);

  useEffect(() => {
    setHeard(false);
    if (!stream || stream.getAudioTracks().length === 0) return;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let floor = 0.01;
    let loud = 0;
    let frame = 0;
    const measure = () => {
      analyser.getFloatTimeDomainData(samples);
      const level = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
      floor += (level < floor ? 0.2 : 0.0008) * (level - floor);
      if (level > LEAST && level > floor * ABOVE_NOISE) loud += 1;
      if (loud === HEARD_FRAMES) setHeard(true);
      const decibels = 20 * Math.log10(Math.max(level, 1e-5));
      meter.current?.style.setProperty("--level", Math.min(1, Math.max(0, (decibels + 60) / 50)).toFixed(3));
      frame = requestAnimationFrame(measure);
    };
    measure();
    return () => {
      cancelAnimationFrame(frame);
      void context.close();
    };
  }, [stream, meter]);

  return heard;
}

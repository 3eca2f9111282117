// How well to draw: from measured frame times, and from what is known before the first frame.

export interface Tier {
  /** Most device pixels for one CSS pixel. */
  dpr: number;
  /** Light from all around (costly to prepare) and smooth edges. */
  rich: boolean;
}

/** From the best to the least; after the last one comes the picture in two dimensions. */
export const TIERS: readonly Tier[] = [
  { dpr: 2, rich: true },
  { dpr: 1, rich: true },
  { dpr: 1, rich: false },
  { dpr: 0.66, rich: false },
];

const WARM_UP_S = 1.2;
const WINDOW_S = 2;
// Below about 22 pictures a second lips no longer look tied to the sound.
const SLOWEST_MS = 45;
const HOPELESS_MS = 600;

export interface Governor {
  /** Tells whether to step down, after a frame that came `ms` after the one before. */
  frame(ms: number): "stay" | "down";
  /** Begins anew, after a step down or after the page was away. */
  restart(): void;
}

export function governor(): Governor {
  let warm = 0;
  let times: number[] = [];
  let sum = 0;
  const restart = () => {
    warm = 0;
    times = [];
    sum = 0;
  };
  return {
    restart,
    frame(ms) {
      // A machine that slept makes one long frame; frames of a hidden tab are never counted.
      const counted = Math.min(ms, WINDOW_S * 1000);
      if (warm < WARM_UP_S * 1000) {
        warm += counted;
        return "stay";
      }
      times.push(counted);
      sum += counted;
      // Two pictures in two seconds leave no doubt; otherwise a few are needed to tell slow from a hiccup.
      const hopeless = times.length >= 2 && times.every((time) => time > HOPELESS_MS);
      if (sum < WINDOW_S * 1000 || (times.length < 4 && !hopeless)) return "stay";
      const median = times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
      times = [];
      sum = 0;
      return median > SLOWEST_MS ? "down" : "stay";
    },
  };
}

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render|mesa offscreen/i;

/** True when the name of a renderer says that the processor draws, not a graphics card. */
export const isSoftware = (name: string): boolean => SOFTWARE.test(name);

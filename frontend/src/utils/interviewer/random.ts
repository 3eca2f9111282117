// Chance that repeats for the same seed, so that a manner can be tested and a session replayed.

export type Rand = () => number;

/** Numbers from 0 to 1 (mulberry32): small, fast, and the same in every browser. */
export function seeded(seed: number): Rand {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A seed from a name, so that two interviewers never blink together. */
export function seedOf(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0;
}

/** A draw from the bell curve (Box and Muller). */
export function bell(rand: Rand): number {
  return Math.sqrt(-2 * Math.log(1 - rand())) * Math.cos(2 * Math.PI * rand());
}

export const between = (rand: Rand, low: number, high: number): number => low + (high - low) * rand();

export const clamp = (x: number, low = 0, high = 1): number => Math.min(high, Math.max(low, x));

/** Eases 0-1 with a level start and end. */
export const smooth = (x: number): number => {
  const c = clamp(x);
  return c * c * (3 - 2 * c);
};

/** The part of the way to go in `dt` seconds at `rate` per second, the same at every frame rate. */
export const approach = (dt: number, rate: number): number => 1 - Math.exp(-dt * rate);

function lattice(seed: number, n: number): number {
  let h = Math.imul(n ^ seed, 0x27d4eb2d);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h ^= h >>> 13;
  return ((h >>> 0) / 4294967296) * 2 - 1;
}

/** Smooth noise from -1 to 1 that never repeats: chance on whole numbers, eased in between. */
export function noise(seed: number, t: number): number {
  const n = Math.floor(t);
  const x = t - n;
  const ease = x * x * x * (x * (x * 6 - 15) + 10);
  const a = lattice(seed, n);
  return a + (lattice(seed, n + 1) - a) * ease;
}

/** Two octaves, the second finer and weaker, at rates that do not divide each other. */
export const drift = (seed: number, t: number): number =>
  0.7 * noise(seed, t) + 0.3 * noise(seed ^ 0x5bd1, t * 2.37 + 17.3);

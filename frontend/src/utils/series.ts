// Lines over time for the small multiples. A missing second leaves a gap, never a zero.

export type Point = number | null;

/** Words per minute around each second: a moving window, shorter at both ends. */
export function pace(wordsPerSecond: readonly number[], windowS = 9): number[] {
  const half = Math.floor(windowS / 2);
  return wordsPerSecond.map((_, t) => {
    const part = wordsPerSecond.slice(Math.max(0, t - half), t + half + 1);
    return (part.reduce((sum, n) => sum + n, 0) / part.length) * 60;
  });
}

/** The same line, each point the mean of its measured neighbours. */
export function smooth(points: readonly Point[], windowS = 5): Point[] {
  const half = Math.floor(windowS / 2);
  return points.map((point, t) => {
    if (point === null) return null;
    const part = points.slice(Math.max(0, t - half), t + half + 1).filter((p): p is number => p !== null);
    return part.reduce((sum, n) => sum + n, 0) / part.length;
  });
}

/** SVG path over a box of the given size; gaps where nothing was measured. Null when there is nothing to draw. */
export function linePath(
  points: readonly Point[],
  width: number,
  height: number,
  range?: readonly [number, number],
): string | null {
  const known = points.filter((p): p is number => p !== null);
  if (known.length < 2) return null;
  const flat = Math.max(...known) === Math.min(...known);
  const low = range?.[0] ?? Math.min(...known) - (flat ? 0.5 : 0);
  const spread = range ? range[1] - range[0] : flat ? 1 : Math.max(...known) - low;
  const step = width / Math.max(1, points.length - 1);
  let path = "";
  let pen = false;
  for (const [t, point] of points.entries()) {
    if (point === null) pen = false;
    else {
      const x = (t * step).toFixed(1);
      const y = (height - 2 - ((point - low) / spread) * (height - 4)).toFixed(1);
      path += `${pen ? "L" : "M"}${x} ${y}`;
      pen = true;
    }
  }
  return path;
}

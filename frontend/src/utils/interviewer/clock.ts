// The sound's own clock moves in steps: some browsers tell it only every few frames. Lips must not.

/** Follows `read` (seconds) without its steps: runs on with the frames and is pulled back to what is read. */
export function steadyClock(read: () => number): (dt: number) => number {
  let shown = Number.NaN;
  let last = Number.NaN;
  let rate = 1;
  return (dt) => {
    const told = read();
    const off = told - shown;
    // A jump is a jump: a repeat, a seek, or a tab that was asleep.
    if (!(Math.abs(off) < 0.12)) {
      shown = told;
      last = told;
      return shown;
    }
    // A clock that stands still for a tenth of a second is paused, not coarse.
    rate = told === last && off < -0.05 ? 0 : 1;
    last = told;
    shown += dt * rate;
    shown += (told - shown) * Math.min(1, dt * 8);
    return shown;
  };
}

// A tab that records holds a lock with the take's name; the browser lets go of it when the tab dies.
const lockName = (id: string) => `rehearsal-take-${id}`;

export async function abandoned(id: string): Promise<boolean> {
  if (!navigator.locks) return true;
  return navigator.locks.request(lockName(id), { ifAvailable: true }, async (lock) => lock !== null);
}

export async function hold(id: string, releases: Map<string, () => void>): Promise<void> {
  if (!navigator.locks) return;
  await new Promise<void>((held) => {
    void navigator.locks.request(lockName(id), () => {
      held();
      return new Promise<void>((release) => releases.set(id, release));
    });
  });
}

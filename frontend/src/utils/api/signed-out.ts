// The server says "not signed in" to any request at any time; whoever keeps the session listens here.

type Listener = () => void;
const listeners = new Set<Listener>();

export function whenNotSignedIn(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tellNotSignedIn(): void {
  for (const listener of listeners) listener();
}

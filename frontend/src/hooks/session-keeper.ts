// Who is signed in, and what happens when that changes while a page is open. One place decides it, because a page with
// unsaved work must never go away by itself, and nobody may see the page of the person before.
import type { SessionOut } from "../utils/api/types";

export interface Standing {
  /** Null until the server has answered for the first time. */
  session: SessionOut | null;
  /** Whose page is kept on the screen although they are not signed in any more. */
  held: SessionOut | null;
  /** Grows when somebody else takes over: nothing of the page before is kept. */
  generation: number;
  /** Why nothing is known yet. */
  error: unknown;
}

interface Surroundings {
  ask(): Promise<SessionOut>;
  /** The recordings of this person may be seen and sent now. */
  belongs(ownerId: string | null): void;
  /** Somebody left or somebody else came: what pages keep of the one before goes. */
  forget(): void;
  /** The same person is back: what failed meanwhile is asked for again. */
  back(): void;
  /** Other tabs of this browser share the cookie. */
  tell(news: "in" | "out"): void;
}

const NOBODY = { kind: null, owner_id: null, email: null, administrator: false, expires_at: null } as const;

export class SessionKeeper {
  private standing: Standing = { session: null, held: null, generation: 0, error: null };
  private readonly listeners = new Set<() => void>();
  private asking: Promise<void> | null = null;
  /** Grows with every change that an answer asked for earlier must not undo. */
  private version = 0;

  constructor(private readonly around: Surroundings) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Standing => this.standing;

  /** Asks the server who is signed in. When it does not answer, what was known stays. */
  refresh(): Promise<void> {
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async ask(): Promise<void> {
    const version = this.version;
    try {
      const session = await this.around.ask();
      if (version === this.version) this.take(session);
    } catch (error) {
      if (this.standing.session === null) this.change({ error });
    }
  }

  /** Somebody has just signed in here. */
  entered(session: SessionOut): void {
    this.version += 1;
    this.take(session);
    this.around.tell("in");
  }

  /** Signed out on purpose. `quietly`: other tabs know already, or keep what they show. */
  left(quietly = false): void {
    const { session, generation } = this.standing;
    if (!session) return;
    this.version += 1;
    this.around.forget();
    this.change({
      session: { ...session, ...NOBODY, has_password: false },
      held: null,
      generation: generation + 1,
    });
    if (!quietly) this.around.tell("out");
  }

  private take(session: SessionOut): void {
    const { session: known, held, generation } = this.standing;
    const before = held ?? (known?.kind ? known : null);
    if (session.kind === null) {
      this.change({ session, held: before, error: null });
      return;
    }
    const other = before !== null && before.owner_id !== session.owner_id;
    if (other) this.around.forget();
    // Before any page is drawn: it may look for recordings at once.
    this.around.belongs(session.owner_id);
    this.change({ session, held: null, generation: other ? generation + 1 : generation, error: null });
    if (held && !other) this.around.back();
  }

  private change(part: Partial<Standing>): void {
    this.standing = { ...this.standing, ...part };
    for (const listener of this.listeners) listener();
  }
}

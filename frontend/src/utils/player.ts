// One recording that plays: parts of the page listen to its time without drawing the whole page again.

export class Player {
  private media: HTMLMediaElement | null = null;
  private readonly listeners = new Set<() => void>();
  private frame = 0;
  private wanted: number | null = null;
  private bound = new AbortController();

  /** Milliseconds, as of the last frame. */
  timeMs = 0;
  playing = false;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Takes a media element, or lets go of it (null). */
  readonly attach = (media: HTMLMediaElement | null): void => {
    cancelAnimationFrame(this.frame);
    this.bound.abort();
    this.bound = new AbortController();
    this.media = media;
    this.playing = false;
    if (!media) return;
    const { signal } = this.bound;
    const change = () => {
      this.playing = !media.paused && !media.ended;
      this.tick();
    };
    for (const event of ["play", "pause", "ended", "seeked", "loadedmetadata"])
      media.addEventListener(event, change, { signal });
    const arrive = () => {
      if (this.wanted !== null) media.currentTime = this.wanted / 1000;
      this.wanted = null;
    };
    media.addEventListener("loadedmetadata", arrive, { signal });
  };

  /** Goes to a time and, if asked, plays on from there. */
  seek(ms: number, play = false): void {
    if (!this.media) return;
    this.timeMs = Math.max(0, ms);
    if (this.media.readyState >= 1) this.media.currentTime = this.timeMs / 1000;
    else {
      this.wanted = this.timeMs;
      this.media.load();
    }
    if (play) void this.media.play().catch(() => undefined);
    this.tell();
  }

  toggle(): void {
    if (!this.media) return;
    if (this.media.paused) void this.media.play().catch(() => undefined);
    else this.media.pause();
  }

  private tick(): void {
    cancelAnimationFrame(this.frame);
    if (this.media && this.wanted === null) this.timeMs = this.media.currentTime * 1000;
    this.tell();
    if (this.playing) this.frame = requestAnimationFrame(() => this.tick());
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

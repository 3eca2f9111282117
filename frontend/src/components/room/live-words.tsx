interface Props {
  on: boolean;
  answering: boolean;
  text: string;
  trouble: string | null;
}

/** What the browser believes it hears, marked as provisional, with where the sound may go. */
export function LiveWords({ on, answering, text, trouble }: Props) {
  if (!on) return null;
  return (
    <div className="live">
      {trouble ? (
        <p className="hush" role="status">
          {trouble}
        </p>
      ) : answering ? (
        <p className="live__text">{text || "…"}</p>
      ) : null}
      <p className="hush">
        Your words live: a first guess by your browser, which may send the sound to its maker. The report uses
        the recording.
      </p>
    </div>
  );
}

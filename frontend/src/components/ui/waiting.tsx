/** Keeps the place of what is coming, so that nothing jumps when it arrives. */
export function Waiting({ label, lines = 4 }: { label: string; lines?: number }) {
  const widths = ["92%", "78%", "86%", "54%", "90%", "70%", "82%", "46%"];
  return (
    <div className="waiting" role="status">
      <span className="only-heard">{label}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines never change
        <i key={line} style={{ width: widths[line % widths.length] }} />
      ))}
    </div>
  );
}

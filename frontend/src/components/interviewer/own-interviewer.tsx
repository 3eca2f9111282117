export function OwnInterviewer(_: { onUse(): void; onRemove(): void }) {
  return null;
}

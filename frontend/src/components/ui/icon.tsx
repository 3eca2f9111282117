// One set, 20 px, drawn for this product; always next to a word.
const PATHS = {
  play: "M6.5 4.5v11l9-5.5z",
  pause: "M7 4.5v11M13 4.5v11",
  file: "M5 2.8h6.2L15 6.6v10.6H5zM11 3v4h4",
  edit: "M4 16l.8-3.4L13 4.4l2.6 2.6-8.2 8.2zM11.4 6l2.6 2.6",
  swap: "M4 7.5h11M12 4l3.3 3.5L12 11M16 12.5H5M8 9l-3.3 3.5L8 16",
  remove: "M5 5l10 10M15 5L5 15",
  add: "M10 4v12M4 10h12",
  up: "M10 16V4.5M5 9.2l5-4.8 5 4.8",
  down: "M10 4v11.5M5 10.8l5 4.8 5-4.8",
  drag: "M7.5 5v.1M12.5 5v.1M7.5 10v.1M12.5 10v.1M7.5 15v.1M12.5 15v.1",
  repeat: "M4.5 10a5.5 5.5 0 1 1 1.8 4.1M4.3 15.2l1.8-1.4M6.2 17v-3.2H3",
  slower: "M10 4.5a6.5 6.5 0 1 0 6.5 6.5M10 11V7.2M10 11l2.4 1.6",
  captions: "M3 5h14v10H3zM6 11h3M11 11h3M6 8.2h8",
  skip: "M5 5l6 5-6 5zM15 5v10",
  camera: "M3 6h9.5v8H3zM12.5 9l4.5-2.4v6.8L12.5 11z",
  mic: "M10 3a2.3 2.3 0 0 1 2.3 2.3v4a2.3 2.3 0 0 1-4.6 0v-4A2.3 2.3 0 0 1 10 3zM5.2 9.5a4.8 4.8 0 0 0 9.6 0M10 14.3V17",
  keyboard: "M2.8 5.5h14.4v9H2.8zM6 12h8M5.5 8.5v.1M8.5 8.5v.1M11.5 8.5v.1M14.5 8.5v.1",
  hide: "M3.5 10S6 5.5 10 5.5 16.500 10 16.500 10 14 14.500 10 14.500 3.500 10 3.500 10zM4 16L16 4",
  tick: "M4.5 10.500l3.600 3.600 7.500-8",
  download: "M10 3.500v9M6 9l4 4 4-4M4 16.500h12",
  person:
    "M10 3.600a3.200 3.200 0 1 1 0 6.400 3.200 3.200 0 0 1 0-6.400zM3.800 16.600c.7-3.200 3.100-4.800 6.200-4.800s5.500 1.600 6.200 4.800",
  bin: "M4.500 6h11M8 6V4h4v2M6 6l.7 10.500h6.600L14 6",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} strokeWidth={name === "drag" ? 2.4 : undefined} />
    </svg>
  );
}

/** Outlines on a 24-unit grid, drawn for this project. */
const PATHS = {
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm4.8 11.3L20 20",
  layers: "M12 4 3.5 8.5 12 13l8.5-4.5L12 4ZM3.5 13 12 17.5 20.5 13",
  lock: "M6.5 11h11v8.5h-11V11Zm2-.5V8a3.5 3.5 0 0 1 7 0v2.5",
  hidden: "M4 4.5 20 20M9 6.4A9 9 0 0 1 21 12a12 12 0 0 1-2.6 3.3M6 8.6A12 12 0 0 0 3 12a9.6 9.6 0 0 0 12.5 5",
  play: "M8 5.5v13l10.5-6.5L8 5.5Z",
  warning: "M12 4.5 3.5 19.5h17L12 4.5Zm0 5.5v4.5m0 2.4v.1",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8a7.5 7.5 0 0 1 15 0",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1",
  check: "M5 12.5 10 17.5 19.5 7",
  arrow: "M7 17 17 7M9 7h8v8",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm0-5v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1",
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative icon; its meaning must also stand in text. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

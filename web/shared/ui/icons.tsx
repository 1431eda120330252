/** Signs, drawn with one pen: 24 units, lines of two. They say nothing that words beside them do not say. */

const PATHS = {
  arrow_down: ["M12 4v15", "M5.5 12.5 12 19l6.5-6.5"],
  arrow_left: ["M20 12H5", "M11.5 5.5 5 12l6.5 6.5"],
  arrow_right: ["M4 12h15", "M12.5 5.5 19 12l-6.5 6.5"],
  arrow_up: ["M12 20V5", "M5.5 11.5 12 5l6.5 6.5"],
  bank: ["M3 10 12 4l9 6", "M5 10v8", "M10 10v8", "M14 10v8", "M19 10v8", "M3 20h18"],
  check: ["M4.5 12.5 10 18 19.5 7"],
  clock: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M12 7v5l3.5 2"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  code: ["M4 4h6v6H4Z", "M14 4h6v6h-6Z", "M4 14h6v6H4Z", "M14 14h2v2h-2Z", "M18 18h2v2h-2Z", "M18 14h2", "M14 20h2"],
  copy: ["M9 9h11v11H9Z", "M15 9V4H4v11h5"],
  download: ["M12 4v11", "M6.5 10 12 15.5 17.5 10", "M4 20h16"],
  erase: ["M9 5h11v14H9l-6-7Z", "M12 9.5l5 5", "M17 9.5l-5 5"],
  home: ["M3.5 11 12 4l8.5 7", "M6 9.5V20h12V9.5", "M10 20v-5h4v5"],
  key: ["M8 15a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z", "M12 11h9", "M17.5 11v4", "M21 11v3"],
  list: ["M8 6h13", "M8 12h13", "M8 18h13", "M3.5 6h.01", "M3.5 12h.01", "M3.5 18h.01"],
  lock: ["M6 11h12v9H6Z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"],
  minus: ["M5 12h14"],
  offline: [
    "M3 3l18 18",
    "M5 12.5a10 10 0 0 1 4-2.4",
    "M2 9a15 15 0 0 1 4-2.6",
    "M13 6.1A15 15 0 0 1 22 9",
    "M15.5 10.6a10 10 0 0 1 3.5 1.9",
    "M8.5 16a5 5 0 0 1 7 0",
    "M12 20h.01",
  ],
  plus: ["M12 5v14", "M5 12h14"],
  refund: ["M9 6 4 11l5 5", "M4 11h10a6 6 0 0 1 6 6v2"],
  repeat: ["M20 11a8 8 0 0 0-14.5-4L3 9.5", "M3 4v5.5h5.5", "M4 13a8 8 0 0 0 14.5 4L21 14.5", "M21 20v-5.5h-5.5"],
  scan: ["M4 8V4h4", "M16 4h4v4", "M20 16v4h-4", "M8 20H4v-4", "M4 12h16"],
  screen: ["M4 9V4h5", "M15 4h5v5", "M20 15v5h-5", "M9 20H4v-5"],
  search: ["M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z", "M16 16l5 5"],
  settings: [
    "M4 7h9",
    "M19 7h1",
    "M16 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
    "M4 17h1",
    "M11 17h9",
    "M8 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  ],
  shield: ["M12 3l8 3v6c0 4.5-3.2 7.7-8 9-4.8-1.3-8-4.5-8-9V6Z", "M8.5 12l2.5 2.5 4.5-5"],
  shop: ["M4 10v10h16V10", "M3 10l2-6h14l2 6", "M3 10a3 3 0 0 0 6 0 3 3 0 0 0 6 0 3 3 0 0 0 6 0", "M10 20v-5h4v5"],
  user: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z", "M4.5 20a7.5 7.5 0 0 1 15 0"],
  wallet: [
    "M4 7h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2Z",
    "M4 7a2 2 0 0 1 2-3h10v3",
    "M20 12h-4a1.5 1.5 0 0 0 0 4h4",
  ],
  warning: ["M12 4 2.5 20h19Z", "M12 10v4.5", "M12 17.5h.01"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The names of the signs. */
export type IconName = keyof typeof PATHS;

/** A sign; `size` in pixels. */
export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {PATHS[name].map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}

/** The mark of the currency: a coin, round without and square within. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 32 32" fill="currentColor">
      <path
        fill-rule="evenodd"
        d="M16 1a15 15 0 1 1 0 30 15 15 0 0 1 0-30Zm0 3.2a11.8 11.8 0 1 0 0 23.6 11.8 11.8 0 0 0 0-23.6Zm0 1.6a10.2 10.2 0 1 1 0 20.4 10.2 10.2 0 0 1 0-20.4Zm-3.6 6.6v7.2h7.2v-7.2Z"
      />
    </svg>
  );
}

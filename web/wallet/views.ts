/**
 * What the page shows, as it stands behind `#` in its address: the browser's own way back closes what is open, and an
 * icon on a phone's screen can lead to `#pay` at once.
 */

import { useEffect, useState } from "preact/hooks";

const VIEWS = ["home", "pay", "receive", "exchange", "history", "movement", "settings"] as const;

/** A view of the page. */
export type ViewName = (typeof VIEWS)[number];

/** A view and what it is about: `movement` names a command. */
export type View = Readonly<{ name: ViewName; about: string }>;

/** Those that fill the page; the others are sheets above one of them. */
export type Ground = Extract<ViewName, "home" | "history" | "settings">;

/** Return the ground that a view is, or null for a sheet. */
export function groundOf(name: ViewName): Ground | null {
  return name === "home" || name === "history" || name === "settings" ? name : null;
}

/** Read a view from an address; what is none is home. */
export function viewOf(hash: string): View {
  const [name = "", about = ""] = hash.replace(/^#/, "").split("/", 2);
  const known = VIEWS.find((view) => view === name);
  return known === undefined ? { name: "home", about: "" } : { name: known, about: about.slice(0, 128) };
}

/** Show a view. */
export function go(name: ViewName, about = ""): void {
  location.hash = about === "" ? name : `${name}/${about}`;
}

/** Return the view that is shown, and draw the caller again when it changes. */
export function useView(): View {
  const [hash, heard] = useState(location.hash);
  useEffect(() => {
    const changed = () => heard(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return viewOf(hash);
}

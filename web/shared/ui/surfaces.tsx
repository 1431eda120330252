/** What things lie on, and what is said about them. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon, type IconName } from "./icons.tsx";

/** How a piece of news is meant. */
export type Kind = "plain" | "good" | "warn" | "bad";

/** A card; with a title it is a region that can be found by it. */
export function Card({
  title,
  side,
  children,
}: {
  title?: string | undefined;
  /** What stands at the end of the title's line. */
  side?: ComponentChildren;
  children: ComponentChildren;
}) {
  const id = useId();
  if (title === undefined) return <div class="card">{children}</div>;
  return (
    <section class="card" aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        {side}
      </div>
      {children}
    </section>
  );
}

const SIGNS: Readonly<Record<Kind, IconName>> = { plain: "clock", good: "check", warn: "warning", bad: "warning" };

/** A message: what happened, and what to do. Bad news is read aloud at once, other news when the reader has time. */
export function Notice({
  kind = "plain",
  title,
  icon,
  children,
}: {
  kind?: Kind;
  title: string;
  icon?: IconName | undefined;
  children?: ComponentChildren;
}) {
  return (
    <div class="notice" data-kind={kind} role={kind === "bad" ? "alert" : "status"}>
      <Icon name={icon ?? SIGNS[kind]} size={22} />
      <div class="notice-words">
        <p class="notice-title">{title}</p>
        {children}
      </div>
    </div>
  );
}

/** A word that says how something stands. */
export function Badge({ kind = "plain", children }: { kind?: Kind; children: ComponentChildren }) {
  return (
    <span class="badge" data-kind={kind}>
      {children}
    </span>
  );
}

/** What is said where there is nothing yet. */
export function Empty({ icon = "list", children }: { icon?: IconName; children: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} size={32} />
      <p>{children}</p>
    </div>
  );
}

/** Something goes on; `label` says what. */
export function Spinner({ label }: { label: string }) {
  return (
    <span class="spinner" role="status">
      <span class="spinner-ring" aria-hidden="true" />
      {label}
    </span>
  );
}

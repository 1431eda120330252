/** What is pressed. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons.tsx";

/**
 * A button with words.
 *
 * `busy` says that what was pressed goes on: a second press does nothing, and the focus stays where it was.
 */
export function Button({
  children,
  onPress,
  look = "plain",
  size = "text",
  icon,
  wide = false,
  disabled = false,
  busy = false,
  submit = false,
}: {
  children: ComponentChildren;
  onPress?: (() => void) | undefined;
  look?: "main" | "plain" | "danger" | "bare";
  size?: "text" | "large";
  icon?: IconName | undefined;
  wide?: boolean;
  disabled?: boolean;
  busy?: boolean;
  submit?: boolean;
}) {
  const pressed = (event: Event) => {
    if (busy) event.preventDefault();
    else onPress?.();
  };
  return (
    <button
      class="button"
      type={submit ? "submit" : "button"}
      data-look={look}
      data-size={size}
      data-wide={wide}
      disabled={disabled}
      aria-disabled={busy}
      onClick={pressed}
    >
      {icon === undefined ? null : <Icon name={icon} size={20} />}
      {children}
    </button>
  );
}

/** A link that looks like a button: it goes somewhere, or saves a file. */
export function LinkButton({
  children,
  href,
  look = "plain",
  icon,
  download,
}: {
  children: ComponentChildren;
  href: string;
  look?: "main" | "plain" | "bare";
  icon?: IconName | undefined;
  download?: string | undefined;
}) {
  return (
    <a class="button" data-look={look} href={href} {...(download === undefined ? {} : { download })}>
      {icon === undefined ? null : <Icon name={icon} size={20} />}
      {children}
    </a>
  );
}

/** A button that shows a sign only; `label` is read aloud. */
export function IconButton({ icon, label, onPress }: { icon: IconName; label: string; onPress: () => void }) {
  return (
    <button class="icon-button" type="button" aria-label={label} title={label} onClick={onPress}>
      <Icon name={icon} />
    </button>
  );
}

/** One of a tab list's tabs. */
export type Tab<Name extends string> = Readonly<{ name: Name; label: string }>;

/** Tabs: the arrow keys go from one to the next, as one expects of them. The pages below are drawn by the caller. */
export function Tabs<Name extends string>({
  label,
  tabs,
  chosen,
  onChoose,
}: {
  label: string;
  tabs: readonly Tab<Name>[];
  chosen: Name;
  onChoose: (name: Name) => void;
}) {
  const step = (event: KeyboardEvent) => {
    const way = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.name === chosen);
    const next = tabs[(at + way + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChoose(next.name);
    const list = event.currentTarget as HTMLElement;
    list.querySelector<HTMLElement>(`[data-name="${next.name}"]`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={step}>
      {tabs.map((tab) => (
        <button
          class="tab"
          key={tab.name}
          type="button"
          role="tab"
          data-name={tab.name}
          aria-selected={tab.name === chosen}
          tabIndex={tab.name === chosen ? 0 : -1}
          onClick={() => onChoose(tab.name)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}

/** A sheet that rises above the page: the browser's own dialog, which keeps the focus and closes by Escape. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { IconButton } from "./actions.tsx";
import { phrases } from "./i18n.ts";

const t = phrases({ close: ["Close", "关闭"] });

/** A sheet, open as long as it is drawn; `onClose` is asked to draw it no more. */
export function Sheet({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    // Whoever listens hears what has opened; the keys go on from there.
    heading.current?.focus();
    return () => opened?.close();
  }, []);
  const besides = (event: Event) => {
    // The veil belongs to the dialog: a press on it meets the dialog itself, and nothing inside.
    if (event.target === dialog.current) onClose();
  };
  const escaped = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the key that closes a dialog is Escape, which it hears as `cancel`.
    <dialog class="sheet" ref={dialog} aria-labelledby={id} onCancel={escaped} onClick={besides}>
      <div class="sheet-head">
        <h2 id={id} tabIndex={-1} ref={heading}>
          {title}
        </h2>
        <IconButton icon="close" label={t("close")} onPress={onClose} />
      </div>
      <div class="sheet-body">{children}</div>
    </dialog>
  );
}

/** A page: mark and name at its head, the language at its end, and the room below. */

import { type ComponentChildren, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { language, onLanguage, phrases, speak } from "./i18n.ts";
import { Mark } from "./icons.tsx";

const t = phrases({ other: ["中文", "English"] });

/** The frame of a page. `wide` is for desks: figures and tables; else it is a column, as on a phone. */
export function Frame({
  name,
  wide = false,
  side,
  children,
}: {
  name: string;
  wide?: boolean;
  /** What stands at the end of the head, before the language. */
  side?: ComponentChildren;
  children: ComponentChildren;
}) {
  const spoken = useLanguage();
  useEffect(() => {
    document.documentElement.lang = spoken === "en" ? "en" : "zh-CN";
    document.title = name;
  }, [spoken, name]);
  return (
    <div class="frame" data-wide={wide}>
      <header class="frame-head">
        <div class="frame-mark">
          <Mark />
          <h1 class="frame-name">{name}</h1>
        </div>
        <div class="frame-side">
          {side}
          <button
            class="icon-button"
            type="button"
            lang={spoken === "en" ? "zh-CN" : "en"}
            onClick={() => speak(spoken === "en" ? "zh" : "en")}
          >
            {t("other")}
          </button>
        </div>
      </header>
      <main class="frame-room">{children}</main>
    </div>
  );
}

/** Return the language, and draw the caller again when it changes. */
export function useLanguage() {
  const [spoken, heard] = useState(language());
  useEffect(() => onLanguage(() => heard(language())), []);
  return spoken;
}

/** Draw a page into the element `#page` of its document. */
export function show(page: ComponentChildren): void {
  const place = document.getElementById("page");
  if (place === null) throw new Error("the document has no element #page");
  render(page, place);
}

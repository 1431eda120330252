/** Where one types what is to be paid: on the keys of the page, or on the keyboard wherever the focus is. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { yuan } from "../../../shared/protocol/money.ts";
import { Button } from "../../../shared/ui/actions.tsx";
import { plainAmount, readAmount } from "../../../shared/ui/amounts.ts";
import { MoneyField } from "../../../shared/ui/fields.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import { Icon } from "../../../shared/ui/icons.tsx";
import { Card, Notice } from "../../../shared/ui/surfaces.tsx";
import type { Till } from "../../till.ts";
import { useWork } from "../drawing.ts";

const t = phrases({
  amount: ["Amount to be paid", "收款金额"],
  show: ["Show the code", "出示收款码"],
  show_amount: ["Show code · ¥{amount}", "收款码 · ¥{amount}"],
  zero: ["Type more than zero.", "金额须大于零。"],
  erase: ["Erase the last digit", "删除一位"],
  keys: ["Keys", "数字键盘"],
  failed: ["No code was made", "未能生成收款码"],
});

const KEYS = ["7", "8", "9", "4", "5", "6", "1", "2", "3", ".", "0"] as const;
/** More than anybody types by mistake, and less than any field overflows by. */
const LONGEST = 20;

export function Sell({ till }: { till: Till }) {
  const { text, change, now } = useText();
  const work = useWork();
  const { fen, fault } = readAmount(text);
  const wrong = fault ?? (fen === 0n && /[.]\d\d$|^0{2,}$/.test(plainAmount(text)) ? t("zero") : undefined);
  const isReady = fen !== null && fen > 0n;
  const press = (key: string) => change((typed) => (typed + key).slice(0, LONGEST));
  const erase = () => change((typed) => typed.slice(0, -1));
  const show = () => {
    const wanted = readAmount(now()).fen;
    if (wanted !== null && wanted > 0n) work.run(async () => void (await till.ask(wanted)));
  };
  useKeys({ press, erase, clear: () => change(() => ""), show });
  return (
    <Card>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          show();
        }}
      >
        <MoneyField label={t("amount")} text={text} onText={(typed) => change(() => typed)} fault={wrong} />
        <fieldset class="keypad">
          <legend class="unseen">{t("keys")}</legend>
          {KEYS.map((key) => (
            <button class="keypad-key" key={key} type="button" onMouseDown={keepFocus} onClick={() => press(key)}>
              {key}
            </button>
          ))}
          <button class="keypad-key" type="button" aria-label={t("erase")} onMouseDown={keepFocus} onClick={erase}>
            <Icon name="erase" />
          </button>
        </fieldset>
        <Button look="main" size="large" wide submit icon="code" disabled={!isReady} busy={work.isBusy}>
          {isReady ? t("show_amount", { amount: yuan(fen) }) : t("show")}
        </Button>
        {work.fault === undefined ? null : (
          <Notice kind="bad" title={t("failed")}>
            <p>{work.fault}</p>
          </Notice>
        )}
      </form>
    </Card>
  );
}

/** Text that is typed: `now` is what was typed up to this moment, though the page may not have been drawn since. Whoever
 * types fast and presses Enter must not show a code without his last digit. */
function useText() {
  const [text, draw] = useState("");
  const newest = useRef("");
  const change = (by: (typed: string) => string) => {
    newest.current = by(newest.current);
    draw(newest.current);
  };
  return { text, change, now: () => newest.current };
}

/** Enter shows the code, also after a key of the page was pressed: the focus stays where it was. */
function keepFocus(event: Event): void {
  event.preventDefault();
}

interface Keys {
  readonly press: (key: string) => void;
  readonly erase: () => void;
  readonly clear: () => void;
  readonly show: () => void;
}

/** Take what is typed while no field has the focus. */
function useKeys(keys: Keys): void {
  const newest = useRef(keys);
  newest.current = keys;
  // Before the page is shown: a digit that is typed at once is taken.
  useLayoutEffect(() => {
    const typed = (event: KeyboardEvent) => {
      const isIn = (what: string) => event.target instanceof Element && event.target.closest(what) !== null;
      if (isIn("input,textarea,select,dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
      const { press, erase, clear, show } = newest.current;
      if (/^[0-9.]$/.test(event.key)) {
        // Whoever types an amount means its Enter, and not that of the button which was pressed last.
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
        press(event.key);
      } else if (event.key === "Backspace") erase();
      else if (event.key === "Escape") clear();
      // A button that has the focus keeps its Enter.
      else if (event.key === "Enter" && !isIn("button,a")) show();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", typed);
    return () => document.removeEventListener("keydown", typed);
  }, []);
}

/** Sums of a console: they can be large, and less than zero where something is wrong. */

import { yuan } from "../shared/protocol/money.ts";
import { language } from "../shared/ui/i18n.ts";

/** Return fen as yuan, with a sign where there is less than nothing: `−1,234.50`. */
export function signedYuan(fen: bigint): string {
  return fen < 0n ? `−${yuan(-fen)}` : yuan(fen);
}

/** Return yuan as a chart writes them: `1.2m`, `120万`. */
export function shortYuan(value: number): string {
  const locale = language() === "en" ? "en-US" : "zh-CN";
  return new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 2 }).format(value);
}

/** A sum in yuan. */
export function Sum({ fen, size = "text" }: { fen: bigint; size?: "text" | "large" | "hero" }) {
  return (
    <span class="money" data-size={size}>
      <span class="money-sign">¥</span>
      {signedYuan(fen)}
    </span>
  );
}

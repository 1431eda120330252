/** Money as people read it. */

import { yuan } from "../protocol/money.ts";

/** An amount in yuan; `way` says what it did to a balance, and stands before it as a sign. */
export function Money({
  fen,
  size = "text",
  way = "none",
}: {
  fen: bigint;
  size?: "text" | "large" | "hero";
  way?: "in" | "out" | "none";
}) {
  return (
    <span class="money" data-size={size} data-way={way}>
      {way === "in" ? "+" : way === "out" ? "−" : ""}
      <span class="money-sign">¥</span>
      {yuan(fen)}
    </span>
  );
}

/** Amounts between what people type and whole fen; the grammar is that of money, and nothing is rounded. */

import { BadAmount, parseYuan, yuan } from "../protocol/money.ts";
import { phrases } from "./i18n.ts";

const t = phrases({
  bad_number: ["Type an amount such as 12.50.", "请输入金额，例如 12.50。"],
  negative: ["An amount has no sign. Type it without one.", "金额不能带正负号，请去掉。"],
  too_many_decimals: ["A yuan has 100 fen: type at most two decimals.", "金额最多保留两位小数（分）。"],
});

type FaultCode = "bad_number" | "negative" | "too_many_decimals";

/** What stands in a field of money: an amount, or in words what is wrong with it; neither where nothing was typed yet. */
export type Typed = Readonly<{ fen: bigint | null; fault: string | undefined }>;

/** Read what a person has typed as an amount of yuan. */
export function readAmount(text: string): Typed {
  const plain = plainAmount(text);
  if (plain === "") return { fen: null, fault: undefined };
  try {
    return { fen: parseYuan(plain), fault: undefined };
  } catch (error) {
    if (!(error instanceof BadAmount)) throw error;
    return { fen: null, fault: t(error.code as FaultCode) };
  }
}

/** Return fen as a field is filled with them: `1234.50`, and `1234` where nothing follows the point. */
export function typedText(fen: bigint): string {
  return yuan(fen).replaceAll(",", "").replace(/\.00$/, "");
}

/**
 * Return what a person may mean by an amount: full-width digits and points, grouping and blanks as they come off a
 * Chinese or an English keyboard. What it is worth, or that it is none, is said by the grammar of money alone.
 */
export function plainAmount(text: string): string {
  return text.normalize("NFKC").replaceAll(/[\s,]/g, "").replaceAll("。", ".").replace(/^¥/, "").replace(/\.$/, "");
}

/** The law, green or red: in colour, in a sign and in words, so that nobody takes the one for the other. */

import { hour } from "../../shared/ui/i18n.ts";
import { Icon, type IconName } from "../../shared/ui/icons.tsx";
import { Sum, signedYuan } from "../amounts.tsx";
import { breachesOf, type Judgement, outside } from "./law.ts";
import type { Figures } from "./supply.ts";
import { t } from "./words.ts";

const SIGNS: Readonly<Record<Judgement, IconName>> = { holds: "shield", broken: "warning", unknown: "clock" };

/** What the board says of the law.
 *
 * @param ageMs - how long ago the figures came.
 */
export function LawPanel({
  judgement,
  figures,
  atMs,
  ageMs,
}: {
  judgement: Judgement;
  figures: Figures | null;
  atMs: number;
  ageMs: number;
}) {
  return (
    <section class="law" data-law={judgement} aria-live={judgement === "broken" ? "assertive" : "polite"}>
      <span class="law-sign">
        <Icon name={SIGNS[judgement]} size={44} />
      </span>
      <div class="law-words">
        <h2 class="law-title">{t(judgement)}</h2>
        <Reasons judgement={judgement} figures={figures} atMs={atMs} ageMs={ageMs} />
      </div>
      {figures === null ? null : (
        <div class="law-sum">
          <span class="small">{t("outside")}</span>
          <Sum fen={outside(figures)} size="hero" />
          <span class="small">{t("as_of", { time: hour(atMs, true) })}</span>
        </div>
      )}
    </section>
  );
}

function Reasons({
  judgement,
  figures,
  atMs,
  ageMs,
}: {
  judgement: Judgement;
  figures: Figures | null;
  atMs: number;
  ageMs: number;
}) {
  if (judgement === "holds") return <p>{t("holds_more")}</p>;
  if (figures === null) return <p>{t("never")}</p>;
  if (judgement === "unknown") {
    return <p>{t("unknown_more", { seconds: Math.round(ageMs / 1_000), time: hour(atMs, true) })}</p>;
  }
  return (
    <>
      {breachesOf(figures).map((breach) => (
        <p key={breach.code}>{t(breach.code, { sum: signedYuan(breach.fen) })}</p>
      ))}
      <p>{t("what_to_do")}</p>
    </>
  );
}

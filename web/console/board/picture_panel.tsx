/** The sum as a picture: what must be there above, where it is found below, and how far the reserves reach. */

import type { ComponentChildren } from "preact";
import { share } from "../../shared/ui/i18n.ts";
import { Card } from "../../shared/ui/surfaces.tsx";
import { Sum, signedYuan } from "../amounts.tsx";
import { found, outside } from "./law.ts";
import { LENGTH, type Place, pictureOf } from "./picture.ts";
import type { Figures } from "./supply.ts";
import { t } from "./words.ts";

const WORDS: Readonly<Record<Place, "issuing_vault" | "bank_vaults" | "in_transit" | "wallets" | "gap">> = {
  issuing_vault: "issuing_vault",
  bank_vaults: "bank_vaults",
  in_transit: "in_transit",
  wallets: "wallets",
  missing: "gap",
};

/** Where the money is. */
export function PicturePanel({ figures }: { figures: Figures }) {
  const places: readonly (readonly [Place, bigint])[] = [
    ["issuing_vault", figures.issuingVault],
    ["bank_vaults", figures.bankVaults],
    ["in_transit", figures.inTransit],
    ["wallets", figures.wallets],
  ];
  return (
    <Card title={t("where")}>
      <p class="sum-line figures">
        <Term name={t("issued")} fen={figures.issued} />
        <Sign>−</Sign>
        <Term name={t("withdrawn")} fen={figures.withdrawn} />
        <Sign>=</Sign>
        {places.map(([place, fen], at) => (
          <>
            {at === 0 ? null : <Sign>+</Sign>}
            <Term key={place} name={t(WORDS[place])} fen={fen} place={place} />
          </>
        ))}
        <Sign>≤</Sign>
        <Term name={t("reserve")} fen={figures.reserve} place="reserve" />
      </p>
      <Bars figures={figures} />
      <ul class="places">
        {withGap(places, figures).map(([place, fen]) => (
          <li key={place} class="place">
            <span class="place-swatch" data-place={place} aria-hidden="true" />
            <span class="place-name">{t(WORDS[place])}</span>
            <Sum fen={fen} size="large" />
            <span class="small soft">{t("of_all", { share: shareOf(fen, outside(figures)) })}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Return the places, and where money is missing the gap, so that it has its line too. */
function withGap(places: readonly (readonly [Place, bigint])[], figures: Figures): (readonly [Place, bigint])[] {
  const gap = outside(figures) - found(figures);
  return gap > 0n ? [...places, ["missing", gap]] : [...places];
}

/** Return what part of a whole an amount is, 0 where there is nothing. */
export function part(fen: bigint, whole: bigint): number {
  return whole <= 0n ? 0 : Number((fen * 100_000n) / whole) / 100_000;
}

/** Return an amount's share of a whole in words: what is little is not nothing, and what is nearly all is not all. */
export function shareOf(fen: bigint, whole: bigint): string {
  const of = part(fen, whole);
  if (fen > 0n && of < 0.001) return t("little");
  if (fen < whole && of > 0.999) return t("nearly_all");
  return share(of);
}

function Term({ name, fen, place }: { name: string; fen: bigint; place?: Place | "reserve" }) {
  return (
    <span class="term" data-place={place ?? "none"}>
      <span class="term-sum">{signedYuan(fen)}</span>
      <span class="term-name">{name}</span>
    </span>
  );
}

function Sign({ children }: { children: string }) {
  return <span class="term-sign">{children}</span>;
}

function Bars({ figures }: { figures: Figures }) {
  const { parts, outside: wanted, reserve } = pictureOf(figures);
  const said = t("picture", {
    outside: signedYuan(outside(figures)),
    issuing_vault: signedYuan(figures.issuingVault),
    bank_vaults: signedYuan(figures.bankVaults),
    in_transit: signedYuan(figures.inTransit),
    wallets: signedYuan(figures.wallets),
    reserve: signedYuan(figures.reserve),
  });
  return (
    <figure class="bars" role="img" aria-label={said}>
      <Bar name={t("reserve")}>
        <rect class="bar" data-place="reserve" x="0" y="0" width={reserve} height="20" />
      </Bar>
      <Bar name={t("outside")}>
        <rect class="bar" data-place="outside" x="0" y="0" width={wanted} height="20" />
      </Bar>
      <Bar name={t("found")} high>
        {parts.map(({ place, from, to }) => (
          <rect key={place} class="bar" data-place={place} x={from} y="0" width={Math.max(0, to - from)} height="40" />
        ))}
      </Bar>
    </figure>
  );
}

function Bar({ name, high = false, children }: { name: string; high?: boolean; children: ComponentChildren }) {
  const height = high ? 40 : 20;
  return (
    <div class="bar-line">
      <span class="bar-name small soft">{name}</span>
      <svg
        class="bar-room"
        data-high={high}
        viewBox={`0 0 ${LENGTH} ${height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {children}
      </svg>
    </div>
  );
}

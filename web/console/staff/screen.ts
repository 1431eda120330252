/**
 * A page of the staff's: how it is let in for a day, and signs what it asks.
 *
 * 1. The invitation's code stands behind the number sign of the link, which the browser sends nowhere.
 * 2. The page makes a key that cannot leave this browser, keeps it, and only then brings the code, signed with it: if the
 *    answer is lost, the same key brings the same code again, and is let in as before.
 * 3. Then the code is taken out of the address, and every request is signed with the key until the day is over.
 *
 * The clock is the institution's: its `Date` says how far this device's own is off.
 */

import { type Device, drawn, makeDevice, signBy } from "../../shared/holder/keys/device.ts";
import { Trouble } from "../../shared/holder/trouble.ts";
import { type Bytes, toHex, utf8 } from "../../shared/protocol/bytes.ts";
import { signRequest } from "../../shared/protocol/http_signatures.ts";
import { answerOf, type Fields, numberOf, textOf } from "../answers.ts";
import { keep, keptKey, loseKey } from "./key_store.ts";

/** Who is let in, and until when. */
export interface Admission {
  readonly name: string;
  readonly expiresAtMs: number;
}

const CODE = /^#[0-9a-f]{32}$/;
const LIFE_S = 60;
const NONCE_BYTES = 18;
const ORDER_KEY_BYTES = 16;

/** Whoever works with this page. */
export class Screen {
  readonly admission: Admission;
  readonly #key: Device;
  readonly #aheadMs: number;

  private constructor(key: Device, admission: Admission, aheadMs: number) {
    this.#key = key;
    this.admission = admission;
    this.#aheadMs = aheadMs;
  }

  /** Return who was let in with this browser and still is, null if nobody.
   *
   * @throws Trouble `unreachable`: the institution does not answer, so nobody knows; `no_memory`.
   */
  static async kept(): Promise<Screen | null> {
    const key = await keptKey();
    if (key === null) return null;
    const aheadMs = await clockAheadMs();
    try {
      return new Screen(key, admissionIn(await signed(key, aheadMs, "GET", "/v1/staff")), aheadMs);
    } catch (error) {
      if (!(error instanceof Trouble) || error.code !== "admission_ended") throw error;
      await loseKey();
      return null;
    }
  }

  /** Come in on an invitation.
   *
   * @throws Trouble: `invitation_unknown`, `invitation_used`, `invitation_expired`, `unreachable`; or this browser keeps no
   *   key: `insecure_page`, `browser_too_old`, `no_memory`.
   */
  static async comeIn(code: string): Promise<Screen> {
    // 2.
    const key = (await keptKey()) ?? (await newKey());
    const aheadMs = await clockAheadMs();
    const told = await signed(key, aheadMs, "POST", "/v1/staff/admissions", { code });
    return new Screen(key, admissionIn(told), aheadMs);
  }

  /** Ask the institution, signed.
   *
   * @param orderKey - of an order, so that the same again orders nothing twice.
   * @throws Trouble: with the code of the answer; `admission_ended` when the day is over.
   */
  ask(method: "GET" | "POST", path: string, body?: unknown, orderKey?: string): Promise<Fields> {
    return signed(this.#key, this.#aheadMs, method, path, body, orderKey);
  }

  /** Be let in no more, and lose the key. */
  async leave(): Promise<void> {
    try {
      await signed(this.#key, this.#aheadMs, "DELETE", "/v1/staff");
    } finally {
      await loseKey();
    }
  }
}

/** 1. Return the code in an address, null where there is none. */
export function codeIn(hash: string): string | null {
  return CODE.test(hash) ? hash.slice(1) : null;
}

/** Return a key for an order, as the institution takes it. */
export function newOrderKey(): string {
  return toHex(drawn(ORDER_KEY_BYTES));
}

async function newKey(): Promise<Device> {
  const key = await makeDevice();
  await keep(key);
  return key;
}

async function signed(
  key: Device,
  aheadMs: number,
  method: string,
  path: string,
  body?: unknown,
  orderKey?: string,
): Promise<Fields> {
  const content = body === undefined ? new Uint8Array() : utf8(JSON.stringify(body));
  const target = location.origin + path;
  const sign = (message: Bytes) => signBy(key, message);
  const headers: Record<string, string> = {
    ...(await signRequest({ method, target, body: content }, sign, {
      keyid: `staff/${key.suite}/${toHex(key.key)}`,
      suite: key.suite,
      nonce: toHex(drawn(NONCE_BYTES)),
      nowMs: Date.now() + aheadMs,
      lifeS: LIFE_S,
    })),
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(orderKey === undefined ? {} : { "Idempotency-Key": orderKey }),
  };
  const sent = body === undefined ? {} : { body: content };
  return answerOf(() => fetch(target, { method, headers, cache: "no-store", ...sent }));
}

/** Return how far the institution's clock is ahead of this device's, ms; a second does not matter. */
async function clockAheadMs(): Promise<number> {
  let told: string | null = null;
  await answerOf(async () => {
    const answer = await fetch("/livez", { cache: "no-store" });
    told = answer.headers.get("date");
    return answer;
  });
  const theirs = told === null ? Number.NaN : Date.parse(told);
  return Number.isNaN(theirs) ? 0 : theirs - Date.now();
}

function admissionIn(fields: Fields): Admission {
  return { name: textOf(fields, "name"), expiresAtMs: numberOf(fields, "expires_at_ms") };
}

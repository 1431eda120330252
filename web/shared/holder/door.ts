/** A holder at the door of the operator: requests that this device's key signs (RFC 9421).
 *
 * 1. The address that is signed is the operator's own, whatever name the browser calls it by.
 * 2. A signature that does not count is told alike, whatever is wrong with it: the clock is measured again, and whoever
 *    has changed the policy brings the command that changed it; then the request is made once more.
 */

import { type Bytes, toHex, utf8 } from "../protocol/bytes.ts";
import { signRequest } from "../protocol/http_signatures.ts";
import { type Answer, ask } from "./asking.ts";
import type { Clock } from "./clock.ts";
import { type Device, drawn, nameOf, signBy } from "./keys/device.ts";
import type { Store } from "./store.ts";
import { Trouble } from "./trouble.ts";

const LIFE_S = 60;
const NONCE_SIZE = 16;
const BAD_SIGNATURE = "bad_request_signature";

/** Refusals of a request that say nothing about an order which an earlier one may have brought. */
export const SAYS_NOTHING: ReadonlySet<string> = new Set([
  ...["unsigned_request", BAD_SIGNATURE, "no_such_route", "method_not_allowed"],
]);

/** A request to the operator. */
export interface Visit {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** A document of JSON, as it is sent. */
  readonly text?: string;
  /** Bytes that were signed. */
  readonly content?: Bytes;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Door {
  readonly #operatorUrl: string;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #device: Device;
  readonly keyid: string;

  /** @param keyid the wallet's digits, or the key's own name before there is a wallet. */
  constructor(operatorUrl: string, store: Store, clock: Clock, device: Device, keyid: string = nameOf(device)) {
    this.#operatorUrl = operatorUrl;
    this.#store = store;
    this.#clock = clock;
    this.#device = device;
    this.keyid = keyid;
  }

  /** Ask once.
   *
   * @throws Later: there is no answer now.
   * @throws Trouble: the operator says no.
   */
  async ask(visit: Visit): Promise<Answer> {
    await this.#clock.measured();
    try {
      return await this.#once(visit);
    } catch (error) {
      // 2.
      if (!isBadSignature(error)) throw error;
      await this.#clock.measure();
      await this.#bringChange();
      return this.#once(visit);
    }
  }

  /** Return the headers that sign a request, for whoever reads a stream. */
  async seal(method: string, path: string, body: Bytes = new Uint8Array()): Promise<Record<string, string>> {
    await this.#clock.measured();
    // 1.
    const request = { method, target: `${this.#operatorUrl}${path}`, body };
    const parameters = {
      keyid: this.keyid,
      suite: this.#device.suite,
      nonce: toHex(drawn(NONCE_SIZE)),
      nowMs: this.#clock.now(),
      lifeS: LIFE_S,
    };
    return { ...(await signRequest(request, (message) => signBy(this.#device, message), parameters)) };
  }

  async #once({ method, path, text, content, headers = {} }: Visit): Promise<Answer> {
    const body = content ?? (text === undefined ? undefined : utf8(text));
    const kind = content === undefined ? "application/json" : "application/octet-stream";
    const sealed = await this.seal(method, path, body);
    const given = { ...headers, ...sealed, ...(body && { "Content-Type": kind }) };
    return ask({ method, url: path, headers: given, ...(body && { body }) });
  }

  async #bringChange(): Promise<void> {
    const [change, identity] = [await this.#store.get("change"), await this.#store.get("identity")];
    if (change === undefined || identity === undefined) return;
    const headers = { "Content-Type": "application/octet-stream" };
    await ask({ method: "POST", url: `/v1/wallets/${identity.wallet}/policy`, body: change, headers });
  }
}

/** Tell whether the operator does not know, or no longer knows, whose request it is. */
export function isBadSignature(error: unknown): boolean {
  return error instanceof Trouble && error.code === BAD_SIGNATURE;
}

/** One request to a service, and how long somebody asks again.
 *
 * 1. No answer within ten seconds is none. What comes is bounded in size.
 * 2. A problem (RFC 9457) becomes a `Trouble` with its code; one that says "later" becomes a `Later`.
 */

import type { Bytes } from "../protocol/bytes.ts";
import { Told } from "./reading.ts";
import { Later, offline, strange, Trouble } from "./trouble.ts";

const TIMEOUT_MS = 10_000;
const MAX_ANSWER = 4 * 1024 * 1024;
const PROBLEM = "application/problem+json";
const LATER = new Set([408, 429, 503]);

/** What a service answered. */
export interface Answer {
  readonly status: number;
  /** null where the answer has no body. */
  readonly told: Told | null;
  /** The same as it came. */
  readonly document: unknown;
}

/** A request; its address is complete, or a path of this page's own service. */
export interface Asking {
  readonly method: string;
  readonly url: string;
  readonly body?: Bytes;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that are answers here and no problems. */
  readonly take?: readonly number[];
}

/** Ask once.
 *
 * @throws Later: there is no answer, or it says so.
 * @throws Trouble: the service says no.
 */
export async function ask({ method, url, body, headers, take = [] }: Asking): Promise<Answer> {
  const options: RequestInit = { method, cache: "no-store", credentials: "omit", redirect: "error" };
  const given = { ...options, ...(body && { body }), ...(headers && { headers: { ...headers } }) };
  let [status, text, kind] = [0, "", ""];
  try {
    // 1.
    const answer = await fetch(url, { ...given, signal: AbortSignal.timeout(TIMEOUT_MS) });
    [status, text, kind] = [answer.status, await answer.text(), answer.headers.get("content-type") ?? ""];
  } catch {
    throw offline();
  }
  if (text.length > MAX_ANSWER) throw strange("it is too long");
  const document = text === "" ? null : parsed(text);
  const told = document === null ? null : new Told(document);
  if (status >= 200 && status < 300) return { status, told, document };
  if (take.includes(status) && told?.has("answer")) return { status, told, document };
  throw problemOf(status, kind, told);
}

/** Return the answer of a request that has one.
 *
 * @throws Later: it has none.
 */
export function required(answer: Answer): Told {
  if (answer.told === null) throw strange("an answer is wanted");
  return answer.told;
}

/** How long one story may wait, all its waits together. */
export class Patience {
  readonly #end: number;

  constructor(ms: number) {
    this.#end = performance.now() + ms;
  }

  /** Wait, if there is time for it: false where the patience is over. */
  async wait(ms: number): Promise<boolean> {
    if (performance.now() + ms > this.#end) return false;
    await new Promise((resolve) => setTimeout(resolve, ms));
    return true;
  }
}

/** Do it again while it says "later" and the patience lasts. */
export async function patiently<End>(patience: Patience, story: () => Promise<End>): Promise<End> {
  while (true) {
    try {
      return await story();
    } catch (error) {
      if (!(error instanceof Later) || !(await patience.wait(error.retryAfterMs))) throw error;
    }
  }
}

// 2.

function problemOf(status: number, kind: string, told: Told | null): Trouble {
  if (!kind.startsWith(PROBLEM) || told === null) return strange(`status ${status}`);
  const [code, detail] = [told.text("code"), told.maybe("detail", told.text) ?? ""];
  const nextStep = told.maybe("next_step", told.text) ?? "";
  if (LATER.has(status)) return new Later(code, detail, told.maybe("retry_after_ms", told.number) ?? 1_000, nextStep);
  // A fault of the service's own says nothing about what became of the request.
  return status >= 500 ? new Later(code, detail, 1_000, nextStep) : new Trouble(code, detail, { nextStep });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw strange("it is no JSON");
  }
}

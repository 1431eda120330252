/** How a page learns who works with it: the key that is kept, or the invitation in its address. */

import { useEffect, useState } from "preact/hooks";
import { Trouble } from "../../shared/holder/trouble.ts";
import { codeIn, Screen } from "./screen.ts";

/** Who works with the page: not known yet, nobody and perhaps why, or somebody. */
export type Staff =
  | { readonly kind: "asking" }
  | { readonly kind: "nobody"; readonly trouble: Trouble | null }
  | { readonly kind: "here"; readonly screen: Screen };

/** Return who works with this page, and what to call when somebody has left or the day is over. */
export function useStaff(): readonly [staff: Staff, out: (trouble: Trouble | null) => void] {
  const [staff, found] = useState<Staff>({ kind: "asking" });
  useEffect(() => {
    const come = () => comeIn().then(found);
    come();
    // A second link that is opened in the same tab changes the address behind the number sign alone.
    addEventListener("hashchange", come);
    return () => removeEventListener("hashchange", come);
  }, []);
  return [staff, (trouble) => found({ kind: "nobody", trouble })];
}

async function comeIn(): Promise<Staff> {
  const code = codeIn(location.hash);
  try {
    const screen = code === null ? await Screen.kept() : await Screen.comeIn(code);
    if (code !== null) forgetCode();
    return screen === null ? { kind: "nobody", trouble: null } : { kind: "here", screen };
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    // Whoever has no invitation, in a browser that keeps nothing, is nobody here, and need not hear why.
    if (code === null && error.code === "no_memory") return { kind: "nobody", trouble: null };
    // An invitation that can still work stays in the address, for the page to be loaded again.
    if (error.final && code !== null) forgetCode();
    return { kind: "nobody", trouble: error };
  }
}

function forgetCode(): void {
  history.replaceState(null, "", location.pathname + location.search);
}

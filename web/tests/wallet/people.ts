/** Who is who in the tests of the wallet page. */

import { parseWalletId } from "../../shared/protocol/ids.ts";

export const NETWORK = "ab".repeat(16);
export const ME = parseWalletId("0012345678901231");
export const SHOP = parseWalletId("0045937458204754");

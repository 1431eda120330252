/** The wallet page. Its service worker lets it open and be read without a network. */

import "../shared/ui/look.css";
import "./wallet.css";
import { show } from "../shared/ui/frame.tsx";
import { App } from "./app.tsx";

show(<App />);

if ("serviceWorker" in navigator) {
  // A browser that may not keep it shows the page all the same.
  navigator.serviceWorker.register("/wallet-worker.js", { scope: "/wallet" }).catch(() => undefined);
}

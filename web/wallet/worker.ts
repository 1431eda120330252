/** The wallet's service worker: without a network the page still opens and shows what was kept.
 *
 * 1. On installation every file that the page is made of is kept, under the name of this build.
 * 2. On activation what earlier builds kept is dropped.
 * 3. A file of the page comes from the network, and from what was kept where there is none. Nothing else is touched: money
 *    moves over the network or not at all.
 */

declare const self: ServiceWorkerGlobalScope;
// The build writes the files' names here.
declare const __FILES_OF_THE_WALLET__: readonly string[];

const FILES: readonly string[] = ["/wallet", ...__FILES_OF_THE_WALLET__];
const KEPT = `wallet ${FILES.join(" ")}`;

self.addEventListener("install", (event) => {
  // 1.
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(FILES)));
});

self.addEventListener("activate", (event) => {
  // 2.
  const drop = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
  };
  event.waitUntil(drop());
});

self.addEventListener("fetch", (event) => {
  // 3.
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin || !FILES.includes(pathname)) return;
  const answer = async () => {
    try {
      return await fetch(event.request);
    } catch {
      return (await caches.match(pathname)) ?? Response.error();
    }
  };
  event.respondWith(answer());
});

export type {};

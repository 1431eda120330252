import type { OutputBundle, OutputChunk } from "rolldown";
import { defineConfig, type Plugin } from "vite";

// What the page's service worker keeps for reading without a network stands in its bytes, so that a new build is a new worker.
const FILES_OF_THE_WALLET = "__FILES_OF_THE_WALLET__";

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [pagesByName(), filesOfTheWallet()],
  build: {
    outDir: "../src/dcep/pages",
    emptyOutDir: true,
    target: "es2022",
    // The Content-Security-Policy lets a page load its own files, and nothing that stands in the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        wallet: "wallet/index.html",
        pos: "pos/index.html",
        board: "console/board/index.html",
        desk: "console/desk/index.html",
        pilot: "console/pilot/index.html",
        "wallet-worker": "wallet/worker.ts",
      },
      output: {
        entryFileNames: (chunk) => (chunk.name === "wallet-worker" ? "wallet-worker.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});

/** Write each page under its own name: `console/board/index.html` is served as `/board` from `board.html`. */
function pagesByName(): Plugin {
  return {
    name: "pages-by-name",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const [place, file] of Object.entries(bundle)) {
          const name = /([a-z]+)\/index\.html$/.exec(place)?.[1];
          if (name === undefined || file.type !== "asset") continue;
          this.emitFile({ type: "asset", fileName: `${name}.html`, source: file.source });
          delete bundle[place];
        }
      },
    },
  };
}

/** Tell the wallet's service worker which files its page is made of. */
function filesOfTheWallet(): Plugin {
  return {
    name: "files-of-the-wallet",
    generateBundle(_, bundle) {
      const worker = bundle["wallet-worker.js"];
      const page = Object.values(bundle).find(
        (file) => file.type === "chunk" && file.isEntry && file.name === "wallet",
      );
      if (worker?.type !== "chunk" || page?.type !== "chunk")
        throw new Error("the wallet's page or its worker is missing");
      const files = JSON.stringify([...filesOf(page, bundle)].sort());
      worker.code = worker.code.replace(FILES_OF_THE_WALLET, files);
    },
  };
}

function filesOf(chunk: OutputChunk, bundle: OutputBundle, found: Set<string> = new Set()): Set<string> {
  if (found.has(`/${chunk.fileName}`)) return found;
  found.add(`/${chunk.fileName}`);
  const named = Object.values(bundle).filter((file) => file.type === "asset" && chunk.code.includes(file.fileName));
  for (const file of named) found.add(`/${file.fileName}`);
  for (const style of chunk.viteMetadata?.importedCss ?? []) found.add(`/${style}`);
  for (const name of [...chunk.imports, ...chunk.dynamicImports]) {
    const imported = bundle[name];
    if (imported?.type === "chunk") filesOf(imported, bundle, found);
  }
  return found;
}

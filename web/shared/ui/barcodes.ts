/** The reader of QR codes, in WebAssembly. It is large: a page loads it when a person opens a camera, never before. */

import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
// Its default is a foreign host. Ours stands beside the page.
import reader from "zxing-wasm/reader/zxing_reader.wasm?url";

prepareZXingModule({
  overrides: { locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? reader : prefix + path) },
});

/** Return the text of the QR code in a picture; null if there is none that can be read. */
export async function read(picture: ImageData | Blob): Promise<string | null> {
  const [found] = await readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
  return found?.isValid === true ? found.text : null;
}

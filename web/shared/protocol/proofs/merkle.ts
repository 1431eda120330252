/** The Merkle tree of RFC 6962, section 2.1: one hash for a list, and a short proof that something stands in it.
 * Twin of `dcep.crypto.merkle`.
 */

import { type Bytes, concat, sha256 } from "../bytes.ts";

// The first byte keeps leaves and nodes apart, else a node could be passed off as a leaf.
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** No tree has a path of this shape. */
export class BadPath extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadPath";
  }
}

/** Return the hash of a leaf with this data. */
export async function leafHash(data: Bytes): Promise<Bytes> {
  return sha256(concat(LEAF, data));
}

/** Return the root over the data of the leaves; of no leaf at all, SHA-256 of nothing. */
export async function root(leaves: readonly Bytes[]): Promise<Bytes> {
  let level = await Promise.all(leaves.map(leafHash));
  while (level.length > 1) level = await levelAbove(level);
  return level[0] ?? sha256(new Uint8Array());
}

/** Return the root to which a path leads; it proves something only when compared with a signed root.
 *
 * @param leaf the hash of the leaf.
 * @param index its place, from 0.
 * @param size how many leaves the tree has.
 * @throws BadPath: there is no such leaf, or the path is not as long as this place needs.
 */
export async function rootFromPath(leaf: Bytes, index: number, size: number, path: readonly Bytes[]): Promise<Bytes> {
  if (index < 0 || index >= size) throw new BadPath(`a tree of ${size} leaves has no leaf ${index}`);
  const siblings = path.values();
  let [node, at, last] = [leaf, index, size - 1];
  while (last > 0) {
    if (at % 2 === 1) node = await nodeHash(next(siblings), node);
    else if (at < last) node = await nodeHash(node, next(siblings));
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  if (!siblings.next().done) throw new BadPath("the path is too long");
  return node;
}

async function levelAbove(level: readonly Bytes[]): Promise<Bytes[]> {
  const above: Bytes[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = level.slice(at, at + 2);
    // A node left over at the right end moves up unchanged.
    if (left !== undefined) above.push(right === undefined ? left : await nodeHash(left, right));
  }
  return above;
}

async function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(concat(NODE, left, right));
}

function next(siblings: Iterator<Bytes>): Bytes {
  const sibling = siblings.next();
  if (sibling.done) throw new BadPath("the path is too short");
  return sibling.value;
}

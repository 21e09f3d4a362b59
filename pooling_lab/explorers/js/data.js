// What Python sends (explorer.py): controls, and a frame for every combination of their values.

/** @typedef {string | number | boolean} Value */
/** @typedef {{ name: string, values: Value[], kind: string }} Control */
/**
 * How the outputs follow from the numbers of the grid: by which reduction, and what padding counts as.
 * @typedef {{ kind: "max" | "min" | "average", pad: string, padding: number, words: boolean }} Reduction
 */
/**
 * What the position stops at, one entry per step; those from `walk` on are for pointing only.
 * @typedef {{ texts: string[], here: string[][], reads: string[][], best: string[][],
 *             ties: string[][] }} Steps
 */
/**
 * @typedef {{ summary: string, error: string, notes: string[], panels: string[], walk: number,
 *             steps: Steps, reduces: Reduction | null }} Frame
 */
/** @typedef {Record<"summary" | "error" | "notes" | "texts" | "here" | "reads" | "best" | "ties"
 *            | "reduces" | "walk", number> & { panels: number[] }} PackedFrame */
/**
 * `slides` names the grids a window slides over, `outputs` the grid of what comes out, `numbers`
 * the plane whose numbers may be changed (`whole`: they are integers), `photo` whether another
 * photo may be given.
 * @typedef {{ title: string, controls: Control[], parts: any[], frames: PackedFrame[],
 *             slides: string[], outputs: string, numbers: (number | string)[][] | null,
 *             whole: boolean, photo: boolean }} Data
 */

/**
 * Unpack the one trait in which everything travels.
 * @param {DataView<ArrayBuffer> | Uint8Array<ArrayBuffer>} bytes gzip'd JSON
 * @returns {Promise<Data>}
 */
export async function unpack(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

/**
 * Return the frame of some settings, its fragments put in their places.
 * @param {Data} data
 * @param {(name: string) => Value} setting
 * @returns {Frame}
 */
export function frameOf({ controls, parts, frames }, setting) {
  let index = 0;
  for (const { name, values } of controls) {
    index = index * values.length + values.indexOf(setting(name));
  }
  const { panels, walk, ...numbers } = frames[index];
  const { texts, here, best, ties, reads: lists, ...rest } = Object.fromEntries(
    Object.entries(numbers).map(([key, number]) => [key, parts[number]]));
  const reads = lists.map((/** @type {number} */ number) => parts[number]);
  return /** @type {any} */ ({
    ...rest, walk, panels: panels.map((number) => parts[number]), steps: { texts, here, reads, best, ties },
  });
}

/** Row and column of a cell's name in the grid `grid`, or null.
 * @param {string} name
 * @param {string} grid
 * @returns {[number, number] | null}
 */
export function placeOf(name, grid) {
  const found = name.startsWith(grid) && /^(-?\d+),(-?\d+)$/.exec(name.slice(grid.length));
  return found ? [Number(found[1]), Number(found[2])] : null;
}

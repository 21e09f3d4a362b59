// The only thing that is computed in the browser: the reduction of one window, and how it is written.
// Held against Python, frame by frame, by tests/browser/test_numbers_changed.py.

import { placeOf } from "./data.js";

/** @typedef {import("./data.js").Frame} Frame */
/** @typedef {import("./data.js").Steps} Steps */

const PADDING = /** @type {Record<string, number>} */ ({ "−∞": -Infinity, "∞": Infinity, "0": 0 });

/** Write a number as `drawing.number` does: whole ones whole, others with up to two decimals.
 * @param {number} value
 * @param {boolean} whole whether it is an integer for Python too
 */
export function number(value, whole = false) {
  return (whole ? String(value) : decimal(value)).replaceAll("-", "−");
}

/** @param {number} value */
function decimal(value) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  // Twelve digits, so that it does not matter in which order somebody added.
  const rounded = Number(value.toPrecision(12));
  const size = Math.abs(rounded);
  const sign = rounded < 0 ? "-" : "";
  if (size !== 0 && (size < 0.005 || size >= 1e6)) return sign + scientific(size);
  return sign + hundredths(size).replace(/\.?0+$/, "");
}

/** Two decimals; a tie goes to the even digit, as in Python and not as in toFixed.
 * @param {number} size
 */
function hundredths(size) {
  if ((size * 8) % 2 !== 1) return size.toFixed(2); // .125, .375, .625, .875 are the only ties
  const below = Math.floor(size * 100);
  return ((below + (below % 2)) / 100).toFixed(2);
}

/** Two digits, and where they end: Python's ".2g".
 * @param {number} size
 */
function scientific(size) {
  const exponent = Number(size.toExponential(1).split("e")[1]);
  const unit = 10 ** (Math.floor(Math.log10(size)) - 1);
  const isTie = size >= 1e6 && (size % unit) * 2 === unit && Math.floor(size / unit) % 2 === 0;
  const [digits, power] = (isTie ? size - unit / 2 : size).toExponential(1).split("e");
  const short = digits.replace(/\.0$/, "");
  if (exponent >= -4 && exponent < 2) return String(Number(`${short}e${power}`));
  const width = String(Math.abs(Number(power))).padStart(2, "0");
  return `${short}e${Number(power) < 0 ? "-" : "+"}${width}`;
}

/** Read what somebody typed, or return null: a number, `inf`, `nan`.
 * @param {string} text
 * @returns {number | null}
 */
export function read(text) {
  const plain = text.trim().toLowerCase().replace("−", "-").replace(",", ".").replace("∞", "inf");
  if (plain === "nan") return NaN;
  if (/^[+-]?inf(inity)?$/.test(plain)) return plain.startsWith("-") ? -Infinity : Infinity;
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : null;
}

/** Tell whether `number` writes a value in full.
 * @param {number} value
 */
function isExact(value) {
  if (!Number.isFinite(value)) return true;
  const error = Math.abs(/** @type {number} */ (read(number(value))) - value);
  return error <= 1e-12 * Math.abs(value);
}

/** Write how a window's numbers become one, as `window.calculation` does.
 * @param {string} kind
 * @param {string[]} words
 * @param {string} answer
 * @param {string} equals
 */
function calculation(kind, words, answer, equals) {
  if (kind !== "average") return `${kind}(${words.join(", ")}) ${equals} ${answer}`;
  const terms = words.map((word) => (word.startsWith("−") ? `(${word})` : word));
  return `(${terms.join(" + ")}) / ${words.length} ${equals} ${answer}`;
}

/** @param {string} kind @param {number[]} values */
function reduce(kind, values) {
  if (kind === "max") return Math.max(...values);
  if (kind === "min") return Math.min(...values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The numbers of the grid with the changes made to it.
 * @param {(number | string)[][]} numbers
 * @param {Record<string, number | string>} edits by the names of the cells
 * @param {string} grid
 */
export function edited(numbers, edits, grid) {
  return numbers.map((row, r) => row.map((value, c) => Number(edits[`${grid}${r},${c}`] ?? value)));
}

/** Return the outputs of a frame and its steps for other numbers in the grid.
 * @param {Frame} frame
 * @param {number[][]} plane
 * @param {string} grid the name of the input's grid
 * @param {boolean} integers whether the numbers were integers before they were changed
 * @returns {{ outputs: Map<string, string>, steps: Steps }}
 */
export function recomputed(frame, plane, grid, integers) {
  const { kind, pad, padding, words } = /** @type {import("./data.js").Reduction} */ (frame.reduces);
  const whole = integers && plane.flat().every(Number.isInteger);
  const [height, width] = [plane.length, plane[0].length];
  const outputs = /** @type {Map<string, string>} */ (new Map());
  const steps = { ...frame.steps, texts: [...frame.steps.texts], best: [...frame.steps.best],
                  ties: [...frame.steps.ties] };

  /** @param {string} name @returns {{ name: string, value: number, padded: boolean } | null} */
  function counted(name) {
    const [r, c] = /** @type {[number, number]} */ (placeOf(name, grid));
    if (r >= 0 && r < height && c >= 0 && c < width) return { name, value: plane[r][c], padded: false };
    const isPadding = r >= -padding && r < height + padding && c >= -padding && c < width + padding;
    return pad && isPadding ? { name, value: PADDING[pad], padded: true } : null;
  }

  for (let k = 0; k < frame.walk; k++) {
    const cells = frame.steps.reads[k].map(counted).filter((cell) => cell !== null);
    const result = reduce(kind, cells.map(({ value }) => value));
    const isWhole = whole && kind !== "average" && Number.isFinite(result);
    const answer = number(result, isWhole);
    outputs.set(frame.steps.here[k][0], answer);
    const read = cells.map(({ value, padded }) => (padded ? pad : number(value, whole)));
    const data = cells.filter(({ padded }) => !padded);
    if (words) {
      const head = frame.steps.texts[k].split(": ")[0];
      steps.texts[k] = `${head}: ${kind} of ${read.join(", ")} gives ${answer}`;
      continue;
    }
    const exact = isExact(result) && data.every(({ value }) => isExact(value));
    const winners = kind === "average" ? []
      : data.filter(({ value }) => value === result || (Number.isNaN(value) && Number.isNaN(result)));
    const first = winners.length > 1 ? `, the first of ${winners.length} equal` : "";
    steps.texts[k] = calculation(kind, read, answer, exact ? "=" : "≈") + first;
    steps.best[k] = winners.slice(0, 1).map(({ name }) => name);
    steps.ties[k] = winners.slice(1).map(({ name }) => name);
  }
  return { outputs, steps };
}

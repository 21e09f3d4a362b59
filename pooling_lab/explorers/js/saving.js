// The picture as a file: every shape with the colours it has on the page.

import { drawn, make } from "./dom.js";

const BETWEEN = 28;
const MARGIN = 16;
const LINE = 24;
const SHARPNESS = 2; // pixels per px
const STYLES = [
  "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "font-size",
  "font-weight", "font-family", "text-anchor", "dominant-baseline", "transform", "transform-box",
  "transform-origin", "rx", "x", "y", "width", "height", "image-rendering",
];

/** Return pictures side by side and lines of text below them as one SVG that needs no page.
 * @param {Element[]} panels
 * @param {string} title
 * @param {string[]} lines
 * @param {Element} root
 */
export function asSvg(panels, title, lines, root) {
  const { backgroundColor, color, fontFamily } = getComputedStyle(root);
  const svg = drawn("svg", { xmlns: "http://www.w3.org/2000/svg" });
  /** @param {number} y @param {string} words */
  const line = (y, words) => {
    const text = drawn("text", {
      x: MARGIN, y, fill: color, "font-size": 14, "font-family": fontFamily,
    });
    text.textContent = words;
    return text;
  };
  let [right, bottom] = [MARGIN, 0];
  const top = MARGIN + LINE;
  const drawings = panels.map((panel) => {
    const drawing = panel instanceof SVGSVGElement ? still(panel) : fromTable(panel);
    const [width, height] = ["width", "height"].map((name) => Number(drawing.getAttribute(name)));
    drawing.setAttribute("x", String(right));
    drawing.setAttribute("y", String(top));
    right += width + BETWEEN;
    bottom = Math.max(bottom, top + height);
    return drawing;
  });
  const width = Math.max(right, ...[title, ...lines].map((words) => 2 * MARGIN + 7.5 * words.length));
  const height = bottom + LINE * lines.length + MARGIN;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  svg.append(drawn("rect", { width, height, fill: backgroundColor }), line(MARGIN + 10, title), ...drawings,
    ...lines.map((words, k) => line(bottom + LINE * (k + 1), words)));
  return svg;
}

/** Copy a drawing, and give each shape the style it has.
 * @param {SVGSVGElement} svg
 */
function still(svg) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  const [shapes, copies] = [svg, copy].map((one) => [...one.querySelectorAll("*")]);
  shapes.forEach((shape, k) => {
    const style = getComputedStyle(shape);
    copies[k].setAttribute("style", STYLES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
    copies[k].removeAttribute("class");
  });
  return copy;
}

/** Draw a table: its texts and its bars where they stand on the page.
 * @param {Element} table
 */
function fromTable(table) {
  const area = table.getBoundingClientRect();
  const svg = drawn("svg", { width: area.width, height: area.height });
  for (const bar of table.querySelectorAll(".bar")) {
    const { left, top, width, height } = bar.getBoundingClientRect();
    const style = getComputedStyle(bar);
    svg.append(drawn("rect", { x: left - area.left, y: top - area.top, width, height,
      fill: style.backgroundColor, stroke: style.borderTopColor }));
  }
  for (const cell of table.querySelectorAll("th, td")) {
    const range = document.createRange();
    range.selectNodeContents(cell.lastElementChild ?? cell);
    const { left, bottom } = range.getBoundingClientRect();
    const { color, fontFamily, fontSize, fontWeight } = getComputedStyle(cell);
    const text = drawn("text", { x: left - area.left, y: bottom - area.top - 5, fill: color,
      "font-family": fontFamily, "font-size": fontSize, "font-weight": fontWeight });
    text.textContent = cell.textContent;
    svg.append(text);
  }
  return svg;
}

/** @param {Element} svg @param {string} name */
export function saveSvg(svg, name) {
  save(new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" }), `${name}.svg`);
}

/** @param {Element} svg @param {string} name */
export async function savePng(svg, name) {
  const [width, height] = ["width", "height"].map((side) => Number(svg.getAttribute(side)));
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await image.decode();
  const canvas = make("canvas", { width: width * SHARPNESS, height: height * SHARPNESS });
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => blob && save(blob, `${name}.png`));
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const href = URL.createObjectURL(blob);
  make("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

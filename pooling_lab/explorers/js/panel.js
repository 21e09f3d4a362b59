// One panel: an SVG (or a table) that Python made, its cells found by name, lit and written over.

import { drawn, make } from "./dom.js";

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box */
/** @typedef {{ group: Element, box: Box }} DrawnCell */

const TOUCHABLE = 27; // px: a cell that is lit is drawn a tenth smaller, and a finger needs 24
const LOOKS = ["here", "best", "tie", "read"];
const VIEW_BOX = /viewBox="([^"]+)"/;
const FITS = 38; // px of text in the smallest cell
const TALL = 420; // px: pictures that need more room than this are drawn smaller,
const SMALLER = 0.86; // but so that they still can be read
const CHARACTER = 7.5; // px of a character in it, about

/** @param {string} svg @returns {Box | null} */
function boxOf(svg) {
  const found = VIEW_BOX.exec(svg);
  if (!found) return null;
  const [left, top, width, height] = found[1].split(" ").map(Number);
  return { left, top, right: left + width, bottom: top + height };
}

/** @param {Box[]} boxes @returns {Box} */
export function union(boxes) {
  return {
    left: Math.min(...boxes.map((box) => box.left)),
    top: Math.min(...boxes.map((box) => box.top)),
    right: Math.max(...boxes.map((box) => box.right)),
    bottom: Math.max(...boxes.map((box) => box.bottom)),
  };
}

export class Panel {
  /**
   * @param {string[]} all what this panel ever shows: room for the largest is kept
   * @param {string} label of the panel where it scrolls
   */
  constructor(all, label) {
    this.whole = this.room = /** @type {Box | null} */ (null);
    this.own = /** @type {Box | null} */ (null);
    this.picture = /** @type {SVGSVGElement | HTMLTableElement | null} */ (null);
    this.scale = 1;
    this.available = Infinity; // px
    this.isNew = false; // whether it has yet to be fitted
    this.scrolls = false;
    this.isMarked = false;
    this.reserve(all);
    this.label = label;
    this.zoom = 0; // 0: as large as it was drawn
    this.shown = "";
    /** @type {Map<string, DrawnCell>} */
    this.cells = new Map();
    this.window = drawn("rect", { class: "pl-window" });
    this.holder = make("div", {}); // of the picture alone: what has the focus stays when it changes
    this.element = make("div", {
      class: "pl-panel", "data-lm-suppress-shortcuts": "true", scroll: () => this.keepHeads(),
    }, this.holder);
  }

  /** Keep room for the largest of some pictures.
   * @param {string[]} all
   */
  reserve(all) {
    const boxes = all.map(boxOf).filter((box) => box !== null);
    this.whole = boxes.length ? union(boxes) : null; // holds every picture, smaller where it is tall
    this.room = this.whole;
    if (!this.whole || this.whole.bottom - this.whole.top <= TALL) return;
    const { left, top, right, bottom } = this.whole;
    this.room = { left: left * SMALLER, top: top * SMALLER, right: right * SMALLER, bottom: bottom * SMALLER };
  }

  /** Put a picture in, its photos in their places.
   * @param {string} html
   * @param {any[]} parts
   */
  fill(html, parts) {
    if (html === this.shown) return;
    this.shown = html;
    this.holder.innerHTML = html.replace(/part:(\d+)/g, (_, k) => parts[k]);
    this.picture = /** @type {SVGSVGElement | HTMLTableElement} */ (this.holder.firstElementChild);
    this.own = boxOf(html);
    this.cells = new Map([...this.element.querySelectorAll("[data-cell]")].map((group) => {
      const rect = group.querySelector("rect");
      const [x, y, width, height] = ["x", "y", "width", "height"].map((name) =>
        Number(rect?.getAttribute(name)));
      const box = { left: x, top: y, right: x + width, bottom: y + height };
      return [String(group.getAttribute("data-cell")), { group, box }];
    }));
    this.isNew = true;
  }

  /** Give the picture its size, and the keyboard a way to scroll it where it is wider than the page. */
  fit() {
    if (!this.isNew) return;
    this.isNew = false;
    const { element, picture, room, whole, own } = this;
    if (room && whole && own && picture) {
      let zoom = this.zoom || this.touchable();
      let box = this.zoom ? own : room;
      if (!this.zoom) {
        const isTall = own.left < room.left || own.top < room.top || own.right > room.right || own.bottom > room.bottom;
        if (isTall) [box, zoom] = [whole, zoom * SMALLER];
        // Where the room for the largest is not there, what is shown takes its own.
        const { available } = this;
        if ((box.right - box.left) * zoom > available) box = own;
        element.style.minHeight = `${(room.bottom - room.top) * this.touchable()}px`;
      } else element.style.minHeight = "";
      const [width, height] = [box.right - box.left, box.bottom - box.top];
      picture.setAttribute("viewBox", `${box.left} ${box.top} ${width} ${height}`);
      picture.setAttribute("width", String(width * zoom));
      picture.setAttribute("height", String(height * zoom));
      element.style.width = `${width * zoom}px`;
      this.scale = zoom;
    }
    // A picture that is as wide as there is room cannot scroll; to look would cost a layout.
    const width = picture instanceof SVGSVGElement ? Number(picture.getAttribute("width")) : Infinity;
    const scrolls = width > this.available && element.scrollWidth > element.clientWidth + 1;
    if (!scrolls && !this.scrolls) return;
    this.scrolls = scrolls;
    const attributes = { tabindex: "0", role: "group", "aria-label": `${this.label}, scrolls sideways` };
    for (const [name, value] of Object.entries(attributes)) {
      if (scrolls) element.setAttribute(name, value);
      else element.removeAttribute(name);
    }
    this.keepHeads();
  }

  /** How much larger a finger needs it. */
  touchable() {
    if (!this.cells.size || !matchMedia("(pointer: coarse)").matches) return 1;
    const { left, right } = [...this.cells.values()][0].box;
    return Math.max(1, TOUCHABLE / (right - left));
  }

  /** A head stays in view while its panel scrolls, a long one until its end has been shown. */
  keepHeads() {
    const { element, scale = 1 } = this;
    for (const head of /** @type {NodeListOf<SVGTextElement>} */ (element.querySelectorAll("svg .head"))) {
      const { x, width } = head.getBBox();
      const start = this.picture instanceof SVGSVGElement ? this.picture.viewBox.baseVal.x : 0;
      const room = Math.max(0, element.scrollWidth / scale + start - x - width);
      head.style.transform = `translateX(${Math.min(element.scrollLeft / scale, room)}px)`;
    }
  }

  /** @param {Record<string, string>} looks by the names of cells */
  paint(looks) {
    for (const [name, { group }] of this.cells) {
      group.classList.remove(...LOOKS);
      if (looks[name]) group.classList.add(looks[name]);
    }
  }

  /** Fit it anew into the room there is.
   * @param {number} available px
   * @param {number} zoom 0: as large as it was drawn
   */
  refit(available, zoom) {
    Object.assign(this, { available, zoom, isNew: true });
    this.fit();
  }

  /** Put the frame of the window round some cells; it slides there.
   * @param {string[]} names
   */
  frame(names) {
    const boxes = names.flatMap((name) => this.cells.get(name)?.box ?? []);
    if (!boxes.length || !this.picture) return this.window.remove();
    const { left, top, right, bottom } = union(boxes);
    const isNew = this.window.parentNode !== this.picture;
    if (isNew) this.picture.append(this.window);
    this.window.classList.toggle("pl-still", isNew);
    Object.assign(/** @type {SVGElement} */ (this.window).style, {
      x: `${left}px`, y: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px`,
    });
  }

  /** Write another text into a cell.
   * @param {string} name
   * @param {string} text
   */
  write(name, text) {
    const cell = this.cells.get(name);
    const place = cell?.group.querySelector("text");
    if (!cell || !place) return;
    place.textContent = text;
    const size = text.length <= 3 ? 15 : text.length === 4 ? 14 : 12;
    place.style.fontSize = `${size}px`;
    const room = cell.box.right - cell.box.left - 40 + FITS;
    if (text.length * CHARACTER > room) {
      place.setAttribute("textLength", String(room - 2));
      place.setAttribute("lengthAdjust", "spacingAndGlyphs");
    } else place.removeAttribute("textLength");
  }

  /** @param {string} name */
  text(name) {
    return this.cells.get(name)?.group.querySelector("text")?.textContent ?? "";
  }

  /** Say its numbers anew, as `drawing.describe` does.
   * @param {string} grid
   * @param {string} [instead]
   */
  describe(grid, instead) {
    const label = this.picture?.getAttribute("aria-label")?.split(": ")[0] ?? "";
    /** @type {string[][]} */
    const rows = [];
    for (const name of this.cells.keys()) {
      const found = /^(\d+),(\d+)$/.exec(name.slice(grid.length));
      if (found) (rows[Number(found[1])] ??= [])[Number(found[2])] = this.text(name);
    }
    const numbers = instead ?? rows.map((row) => row.join(", ")).join("; ");
    this.picture?.setAttribute("aria-label", `${label}: ${numbers}`);
  }

  /** Mark the cells that differ from those of the other setting.
   * @param {Set<string>} names
   */
  mark(names) {
    if (!this.isMarked && !names.size) return;
    this.isMarked = names.size > 0;
    for (const [name, { group, box }] of this.cells) {
      group.querySelector(".pl-mark")?.remove();
      if (!names.has(name)) continue;
      const [x, y, side] = [box.right - 2, box.top + 2, 11];
      group.append(drawn("path", { class: "pl-mark", d: `M${x - side} ${y}H${x}V${y + side}Z` }));
    }
  }

  /** The cell at a point of the screen, and that point in the picture.
   * @param {{ clientX: number, clientY: number }} point
   * @returns {{ x: number, y: number }}
   */
  inside({ clientX, clientY }) {
    const matrix = /** @type {SVGSVGElement} */ (this.picture).getScreenCTM();
    return new DOMPoint(clientX, clientY).matrixTransform(matrix?.inverse());
  }

  /** On a narrow page a panel scrolls sideways: to what is lit. */
  bringIntoView() {
    const { element } = this;
    if (!this.scrolls || !this.picture) return;
    const lit = element.querySelector(".here") ?? element.querySelector(".read, .best, .tie");
    if (!lit) return;
    const [cell, svg] = [lit, this.picture].map((part) => part.getBoundingClientRect());
    element.scrollLeft = (cell.left + cell.right - element.clientWidth) / 2 - svg.left;
  }
}

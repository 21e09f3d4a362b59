// One setting and its picture: controls, the position, the panels, what is pointed at, what is changed.

import { control, slider } from "./controls.js";
import { frameOf, placeOf } from "./data.js";
import { button, focusable, make } from "./dom.js";
import { edited, number, read, recomputed } from "./numbers.js";
import { Panel, union } from "./panel.js";
import { Prediction } from "./prediction.js";

/** @typedef {import("./data.js").Data} Data */
/** @typedef {import("./data.js").Frame} Frame */
/** @typedef {import("./data.js").Value} Value */
/** @typedef {{ get: (name: string) => any, set: (name: string, value: any) => void,
 *              save_changes: () => void, on: (event: string, listener: () => void) => void,
 *              off: (event: string, listener: () => void) => void }} AnyModel */
/** @typedef {{ moved: () => void, drawn: () => void, hasKernel: () => boolean }} Host
 *   what it tells: another window, another picture; nothing before its first `draw` */

const PLAY_EVERY = 1000; // ms a window stays lit while playing
const LIGHTS = /** @type {const} */ (["here", "best", "ties", "reads"]); // strongest first
const LOOK_OF = { here: "here", best: "best", ties: "tie", reads: "read" };
const STILL = 4; // px a finger may move in a tap
const STILL_AFTER = 100; // ms after a drag in which the pointer is not taken to point
const LARGEST = 999; // what fits into a cell
const PATIENCE = 8000; // ms until a kernel that says nothing is said to be gone
const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
});

/** Keep room for the largest of some texts, whatever the width: it stands there, unseen.
 * @param {HTMLElement} shown
 * @param {string[][]} all lines
 */
function roomy(shown, all) {
  /** @type {string[]} */
  const longest = [];
  for (const lines of all) {
    lines.forEach((line, k) => { if (line.length > (longest[k] ?? "").length) longest[k] = line; });
  }
  const sizer = make("div", { class: "pl-sizer", "aria-hidden": "true" },
    ...longest.map((line) => make("p", {}, line ?? "")));
  return make("div", { class: "pl-roomy" }, shown, sizer);
}

export class Part {
  /**
   * @param {Data} data
   * @param {AnyModel} model
   * @param {Host} host
   */
  constructor(data, model, host) {
    this.data = data;
    this.model = model;
    this.host = host;
    this.pinned = "";
    this.walksCells = false; // the arrow keys go from cell to cell, not from window to window
    this.dragging = false;
    this.aloud = ""; // what a reader hears of the text: not what the mouse passes over
    this.writtenOver = false; // whether cells show others than Python sent
    this.waiting = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
    this.playing = /** @type {ReturnType<typeof setInterval> | undefined} */ (undefined);
    this.frame = frameOf(data, (name) => this.setting(name));

    // What stands on the page.
    const { controls, parts, frames } = data;
    this.controls = controls.filter(({ values }) => values.length > 1).map((spec) =>
      control(spec, (value) => { this.stop(); this.set(spec.name, value); }));
    const most = String(Math.max(0, ...frames.map(({ walk }) => walk))).length;
    this.walk = slider("position", () => { this.stop(); this.set("position", Number(this.walk.input.value)); },
      2 * most + 4);
    this.play = button("Play", () => (this.playing ? this.stop() : this.start()));
    this.position = make("div", { class: "pl-position" }, this.walk.row,
      make("span", { class: "pl-buttons" },
        button("Previous", () => this.step(-1)), this.play, button("Next", () => this.step(1))));
    this.summary = make("p", { class: "pl-summary" });
    this.text = make("p", { class: "pl-text" });
    this.change = button("Change it", () => this.edit(this.pinned));
    this.change.hidden = !this.canChange();
    this.offersChange(false);
    this.notes = make("div", { class: "pl-notes" });
    /** @type {string[][]} */
    const texts = frames.flatMap((f) => [...parts[f.texts], parts[f.error]].map((words) => [words]));
    const hasTexts = texts.some(([words]) => words);
    this.said = make("div", { class: "pl-said" }, roomy(this.text, texts));
    this.said.hidden = !hasTexts;
    this.position.hidden = !frames.some((f) => f.walk > 1);
    this.figure = make("div", { class: "pl-panels" });
    this.panels = frames[0].panels.map((_, k) =>
      new Panel([...new Set(frames.map((f) => f.panels[k]))].map((n) => parts[n]), `Picture ${k + 1}`));
    this.figure.append(...this.panels.map(({ element }) => element));
    this.prediction = new Prediction(this);
    this.hint = make("p", { class: "pl-hint" }, this.hintWords());
    this.keys = this.grid();
    this.stage = make("div", { class: "pl-stage" },
      roomy(this.summary, frames.map((f) => [parts[f.summary]])), this.said, this.prediction.form,
      this.figure, make("div", { class: "pl-below" }, this.hint, this.change));
    this.side = make("div", { class: "pl-side" },
      make("div", { class: "pl-controls" }, ...this.controls.map(({ row }) => row)), this.position);
    this.element = make("div", { class: "pl-part" }, this.side, this.stage,
      roomy(this.notes, frames.map((f) => parts[f.notes])));
    this.listenToPointers();

    // What it listens to.
    this.listeners = /** @type {[string, () => void][]} */ ([
      ...data.controls.map(({ name }) => [`change:${name}`, () => this.draw()]),
      ["change:edits", () => this.draw()],
      ["change:position", () => this.positionChanged()],
    ]);
    for (const [event, listener] of this.listeners) model.on(event, listener);
    this.calm = matchMedia("(prefers-reduced-motion: reduce)"); // then Next and Previous do it
    this.heed = () => { this.play.hidden = this.calm.matches; this.stop(); };
    this.calm.addEventListener("change", this.heed);
    this.heed();
  }

  destroy() {
    this.stop();
    clearTimeout(this.waiting);
    this.calm.removeEventListener("change", this.heed);
    for (const [event, listener] of this.listeners) this.model.off(event, listener);
  }

  hintWords() {
    const { slides, numbers } = this.data;
    if (!slides.length) return "";
    const change = numbers && this.canChange() ? ", type to change it" : "";
    return `Drag the window. Tap a number to see who reads it${change}.`;
  }

  /** What has the focus when the arrow keys move the window, over the first panel with cells. */
  grid() {
    const { data } = this;
    const first = this.panels.find((panel) => panel.room && frameHasCells(data));
    const keys = focusable("div", {
      class: "pl-keys", tabindex: 0, role: "application", keydown: (event) => this.key(event),
      "aria-label": data.slides.length
        ? "Grid: arrow keys move the window, Enter goes from cell to cell, Escape back"
        : "Picture: arrow keys go from cell to cell",
    });
    if (first) first.element.append(keys);
    return first ? { keys, panel: first } : null;
  }

  // -------------------------------------------------------------------- what is shown in it

  /** @param {string} name @param {any} value */
  set(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }

  /** The value of a control; its first, where an address named one that it has not.
   * @param {string} name
   * @returns {Value}
   */
  setting(name) {
    const { values } = /** @type {import("./data.js").Control} */ (
      this.data.controls.find((one) => one.name === name));
    const value = this.model.get(name);
    return values.includes(value) ? value : values[0];
  }

  at() {
    const wanted = Number(this.model.get("position")) || 0;
    return Math.max(0, Math.min(wanted, this.frame.walk - 1));
  }

  /** The changes made to the numbers, without any that are none.
   * @returns {Record<string, number | string>}
   */
  edits() {
    const { numbers, slides } = this.data;
    const all = Object.entries(this.model.get("edits") ?? {});
    return Object.fromEntries(all.filter(([name, value]) => {
      const place = placeOf(name, slides[0] ?? " ");
      return place && numbers?.[place[0]]?.[place[1]] !== undefined && read(String(value)) !== null;
    }));
  }

  /** Whether numbers can be changed: the browser or a kernel must find what comes out. */
  canChange() {
    const { numbers, frames, parts } = this.data;
    return Boolean(numbers) && (frames.some((f) => parts[f.reduces]) || this.host.hasKernel());
  }

  /** The button that changes a number keeps its place while there is none to change.
   * @param {boolean} isOffered
   */
  offersChange(isOffered) {
    this.change.classList.toggle("pl-gone", !isOffered);
  }

  /** Take other frames: the kernel made them.
   * @param {Data} data
   */
  take(data) {
    clearTimeout(this.waiting);
    this.data = data;
    this.panels.forEach((panel, k) => {
      const all = [...new Set(data.frames.map((f) => f.panels[k]))].map((n) => data.parts[n]);
      panel.reserve(all);
      panel.shown = "";
    });
    this.draw();
  }

  draw() {
    const { data } = this;
    this.frame = frameOf(data, (name) => this.setting(name));
    const edits = this.edits();
    const isEdited = Object.keys(edits).length > 0;
    /** @type {Map<string, string> | null} */
    let outputs = null;
    /** @type {number[][]} */
    let written = [];
    if (data.numbers && this.frame.reduces && isEdited) {
      const grid = data.slides[0];
      const plane = edited(data.numbers, edits, grid);
      const now = recomputed(this.frame, plane, grid, data.whole);
      this.frame.steps = now.steps;
      outputs = now.outputs;
      written = plane;
    }
    for (const { name, show } of this.controls) show(this.setting(name));
    // What was written over comes back from Python's picture, unless it is written over again.
    const isStale = this.writtenOver && (!outputs || this.prediction.isOn);
    this.writtenOver = Boolean(outputs) || this.prediction.isOn;
    this.panels.forEach((panel, k) => {
      if (isStale) panel.shown = "";
      panel.fill(this.frame.panels[k], data.parts);
    });
    for (const panel of this.panels) panel.fit();
    if (outputs) this.writeOver(written, outputs);
    this.summary.textContent = this.prediction.summary(this.frame.summary);
    this.notes.replaceChildren(...this.frame.notes.map((line) => make("p", {}, line)));
    this.prediction.cover();
    this.showStep();
    this.host.drawn();
  }

  /** @param {number[][]} plane @param {Map<string, string>} outputs */
  writeOver(plane, outputs) {
    const { slides, outputs: out, whole } = this.data;
    const grid = this.panels[0];
    plane.forEach((row, r) => row.forEach((value, c) =>
      grid.write(`${slides[0]}${r},${c}`, number(value, whole && Number.isInteger(value)))));
    grid.describe(slides[0]);
    for (const panel of this.panels) {
      if (![...outputs.keys()].some((name) => panel.cells.has(name))) continue;
      for (const [name, text] of outputs) panel.write(name, text);
      panel.describe(out);
    }
  }

  /** The position has moved: what was pinned is no longer what is looked at. */
  positionChanged() {
    this.pinned = "";
    this.walksCells = false;
    this.showStep();
  }

  showStep() {
    const count = this.frame.walk;
    const { input, number: shown } = this.walk;
    input.max = String(Math.max(0, count - 1));
    input.value = String(this.at());
    shown.textContent = count ? `${this.at() + 1} of ${count}` : "none";
    input.setAttribute("aria-valuetext", shown.textContent);
    this.position.classList.toggle("pl-gone", count < 2 || this.prediction.hides("size"));
    this.prediction.showStep(this.at());
    this.rest();
    for (const panel of this.panels) panel.bringIntoView();
    this.host.moved();
  }

  /** Show what stays when nothing is pointed at: the pinned cell, or the position's step. */
  rest() {
    if (this.pinned && this.pointAt(this.pinned)) return;
    this.offersChange(false);
    this.light(this.at());
  }

  /** Light a step.
   * @param {number} step
   */
  light(step) {
    const { steps } = this.frame;
    const isHidden = this.prediction.covers(step);
    /** @type {Record<string, string>} */
    const looks = {};
    for (const key of LIGHTS.toReversed()) {
      for (const cell of steps[key][step] ?? []) looks[cell] = LOOK_OF[isHidden && key !== "here" ? "reads" : key];
    }
    this.paint(looks, steps.reads[step] ?? []);
    this.say(this.prediction.text(step, steps.texts[step] ?? ""));
  }

  /** @param {Record<string, string>} looks @param {string[]} [reads] what the window's frame goes round */
  paint(looks, reads = []) {
    for (const panel of this.panels) {
      panel.paint(looks);
      panel.frame(reads.filter((name) => this.data.slides.some((grid) => placeOf(name, grid))));
    }
  }

  /** What stands above the panels: a window's calculation, or why these settings cannot work.
   * @param {string} words
   */
  say(words) {
    const { error } = this.frame;
    this.text.classList.toggle("pl-error", Boolean(error));
    this.text.textContent = error || words;
    this.aloud = error || words;
  }

  // ------------------------------------------------------------------------ how it is moved

  /** @param {number} place */
  go(place) {
    this.set("position", Math.max(0, Math.min(place, this.frame.walk - 1)));
  }

  /** Go on by one step, round the ends. @param {number} by */
  step(by) {
    this.stop();
    this.go((this.at() + by + this.frame.walk) % this.frame.walk);
  }

  start() {
    if (this.at() === this.frame.walk - 1) this.go(0);
    this.playing = setInterval(() => {
      this.go(this.at() + 1);
      if (this.at() === this.frame.walk - 1) this.stop();
    }, PLAY_EVERY);
    this.play.textContent = "Pause";
  }

  stop() {
    clearInterval(this.playing);
    this.playing = undefined;
    this.play.textContent = "Play";
  }

  /** The steps that name a cell. @param {"here" | "reads"} key @param {string} cell */
  stepsWith(key, cell) {
    return this.frame.steps[key].flatMap((cells, k) => (cells.includes(cell) ? [k] : []));
  }

  /** Light a cell's step, or say who reads it; tell whether there was something to say.
   * @param {string} cell
   */
  pointAt(cell) {
    if (!this.frame.steps.texts.length || !this.panels.some((panel) => panel.cells.has(cell))) return false;
    const place = placeOf(cell, this.data.slides[0] ?? " ");
    this.offersChange(cell === this.pinned && this.isChangeable(cell));
    const [step] = this.stepsWith("here", cell);
    if (step !== undefined) {
      this.light(step);
      return true;
    }
    const readers = this.stepsWith("reads", cell);
    const looks = Object.fromEntries(
      readers.flatMap((k) => this.frame.steps.here[k].map((name) => [name, "here"])));
    this.paint({ ...looks, [cell]: "best" });
    const count = readers.length === 0 ? "no window" : readers.length === 1 ? "1 window"
      : `${readers.length} windows`;
    const which = place ? `The cell in row ${number(place[0], true)}, column ${number(place[1], true)}` : "This cell";
    this.say(`${which} is read by ${count}.`);
    return true;
  }

  /** The step whose window has its middle nearest to a point of the grid.
   * @param {{ x: number, y: number }} point
   */
  nearest(point) {
    const far = this.middles().map(([x, y]) => Math.hypot(x - point.x, y - point.y));
    return far.indexOf(Math.min(...far));
  }

  /** The middle of each step's window; far away where a step has none in the grid.
   * @returns {[number, number][]}
   */
  middles() {
    const { cells } = this.panels[0];
    return this.frame.steps.reads.slice(0, this.frame.walk).map((names) => {
      const boxes = names.flatMap((name) => (placeOf(name, this.data.slides[0]) && cells.get(name)?.box) || []);
      if (!boxes.length) return [Infinity, Infinity];
      const { left, top, right, bottom } = union(boxes);
      return [(left + right) / 2, (top + bottom) / 2];
    });
  }

  listenToPointers() {
    const cellAt = (/** @type {Event} */ event) =>
      /** @type {Element} */ (event.target).closest?.("[data-cell]")?.getAttribute("data-cell") ?? "";
    /** @type {null | { id: number, x: number, y: number, cell: string, slides: boolean, scrolls: boolean,
     *   grip: { x: number, y: number } }} */
    let held = null;
    let letGo = -Infinity;

    // A finger on the window drags it; elsewhere it scrolls the page.
    this.figure.addEventListener("touchstart", (event) => {
      if ((this.frame.steps.reads[this.at()] ?? []).includes(cellAt(event)) && this.data.slides.length) {
        event.preventDefault();
      }
    }, { passive: false });
    this.figure.addEventListener("pointerover", (event) => {
      const isLetGo = event.timeStamp - letGo < STILL_AFTER; // the pointer has not moved since
      if (this.dragging || isLetGo || event.pointerType === "touch") return;
      const cell = cellAt(event);
      const { aloud } = this;
      if (cell && this.pointAt(cell)) this.aloud = aloud;
      else this.rest();
    });
    this.figure.addEventListener("pointerleave", () => { if (!this.dragging) this.rest(); });
    this.figure.addEventListener("pointerdown", (event) => {
      const cell = cellAt(event);
      if (!cell || event.button !== 0) return;
      const slides = placeOf(cell, this.data.slides[0] ?? " ") !== null && this.frame.walk > 0;
      const reads = this.frame.steps.reads[this.at()] ?? [];
      let grip = { x: 0, y: 0 };
      if (slides && reads.includes(cell)) { // it is held where it was taken
        const [x, y] = this.middles()[this.at()];
        const point = this.panels[0].inside(event);
        grip = { x: point.x - x, y: point.y - y };
      }
      const scrolls = event.pointerType === "touch" && !(slides && reads.includes(cell));
      held = { id: event.pointerId, x: event.clientX, y: event.clientY, cell, slides, scrolls, grip };
    });
    this.figure.addEventListener("pointermove", (event) => {
      if (!held || event.pointerId !== held.id) return;
      if (!this.dragging) {
        if (held.scrolls || Math.hypot(event.clientX - held.x, event.clientY - held.y) < STILL) return;
        const isStep = (this.stepsWith("here", held.cell)[0] ?? Infinity) < this.frame.walk;
        if (!held.slides && !isStep) return;
        this.stop();
        this.dragging = true;
        this.figure.setPointerCapture(event.pointerId);
        this.element.classList.add("pl-dragging");
      }
      let step;
      if (held.slides) {
        const point = this.panels[0].inside(event);
        step = this.nearest({ x: point.x - held.grip.x, y: point.y - held.grip.y });
      } else {
        const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-cell]");
        [step] = this.stepsWith("here", under?.getAttribute("data-cell") ?? "");
      }
      if (step !== undefined && step >= 0 && step < this.frame.walk && step !== this.at()) this.go(step);
    });
    const release = (/** @type {PointerEvent} */ event, /** @type {boolean} */ isTap) => {
      if (!held || event.pointerId !== held.id) return;
      const { cell } = held;
      held = null;
      this.element.classList.remove("pl-dragging");
      if (this.dragging) {
        this.dragging = false;
        letGo = event.timeStamp;
        this.rest();
        this.host.moved();
      } else if (isTap) this.tap(cell);
    };
    this.figure.addEventListener("pointerup", (event) => release(event, true));
    this.figure.addEventListener("pointercancel", (event) => release(event, false));
    this.figure.addEventListener("dblclick", (event) => this.edit(cellAt(event)));
  }

  /** A tap goes to an output's step; any other cell says who reads it, and that stays.
   * @param {string} cell
   */
  tap(cell) {
    const [step] = this.stepsWith("here", cell);
    const isGrid = placeOf(cell, this.data.slides[0] ?? " ") !== null;
    if (step < this.frame.walk && !isGrid) {
      this.stop();
      this.pinned = "";
      if (step === this.at()) this.rest();
      return this.go(step);
    }
    this.stop();
    if (isGrid) this.keys?.keys.focus({ preventScroll: true });
    this.pin(cell === this.pinned ? "" : cell);
  }

  /** @param {string} cell */
  pin(cell) {
    this.pinned = cell;
    this.walksCells = cell !== "";
    this.rest();
    this.host.moved();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const arrow = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const walksCells = this.walksCells || !this.data.slides.length;
    if (arrow && walksCells) this.moveCell(arrow);
    else if (arrow) this.moveWindow(arrow);
    else if (event.key === "Enter" || event.key === " ") {
      if (this.pinned && this.isChangeable(this.pinned)) this.edit(this.pinned);
      else this.pin(this.pinned || this.firstCell());
    } else if (event.key === "Escape" && this.pinned) this.pin("");
    else if (/^[-−\d.]$/.test(event.key) && this.isChangeable(this.pinned)) this.edit(this.pinned, event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Where the arrow keys begin to go from cell to cell: in what is lit. */
  firstCell() {
    const { here, reads } = this.frame.steps;
    const { cells } = this.panels[0];
    const lit = [...(reads[this.at()] ?? []), ...(here[this.at()] ?? [])];
    const own = this.data.slides.length ? lit : lit.toReversed();
    return own.find((name) => cells.has(name) && !isOutside(name, this.data)) ?? [...cells.keys()][0] ?? "";
  }

  /** @param {[number, number]} arrow */
  moveCell(arrow) {
    const panel = this.keys?.panel;
    if (!panel) return;
    const start = this.pinned || this.firstCell();
    if (!this.pinned) return this.pin(start);
    const names = [...panel.cells.keys()].filter((name) => !isOutside(name, this.data));
    const middles = names.map((name) => middle(panel.cells.get(name)?.box));
    const next = nextTo(middle(panel.cells.get(start)?.box), middles, arrow);
    if (next >= 0) this.pin(names[next]);
  }

  /** @param {[number, number]} arrow */
  moveWindow(arrow) {
    if (!this.frame.walk) return;
    this.stop();
    const middles = this.middles();
    const next = nextTo(middles[this.at()], middles, arrow);
    if (next >= 0) this.go(next);
  }

  // -------------------------------------------------------------------- numbers of one's own

  /** @param {string} cell */
  isChangeable(cell) {
    const place = placeOf(cell, this.data.slides[0] ?? " ");
    return this.canChange() && place !== null && this.data.numbers?.[place[0]]?.[place[1]] !== undefined;
  }

  /** Let somebody type another number into a cell.
   * @param {string} cell
   * @param {string} [typed] what was typed already
   */
  edit(cell, typed) {
    const panel = this.panels[0];
    const drawn = panel.cells.get(cell);
    if (!drawn || !this.isChangeable(cell)) return;
    this.pin(cell);
    const rect = /** @type {Element} */ (drawn.group.querySelector("rect")).getBoundingClientRect();
    const area = panel.element.getBoundingClientRect();
    const [r, c] = /** @type {[number, number]} */ (placeOf(cell, this.data.slides[0]));
    const input = focusable("input", {
      class: "pl-edit", "aria-label": `Number in row ${r}, column ${c}`, enterkeyhint: "done",
      autocomplete: "off", maxlength: 8,
    });
    input.value = typed ?? panel.text(cell);
    Object.assign(input.style, {
      left: `${rect.left - area.left + panel.element.scrollLeft}px`, top: `${rect.top - area.top}px`,
      width: `${rect.width}px`, height: `${rect.height}px`,
    });
    let isOver = false;
    const leave = () => {
      isOver = true;
      input.remove();
      this.keys?.keys.focus({ preventScroll: true });
    };
    const commit = () => {
      if (isOver) return;
      const value = read(input.value);
      if (value === null || (Number.isFinite(value) && Math.abs(value) > LARGEST)) {
        input.setAttribute("aria-invalid", "true");
        this.say(`A number from −${LARGEST} to ${LARGEST}, inf or nan: “${input.value}” is none.`);
        this.host.moved();
        return;
      }
      leave();
      this.changeNumber(cell, value);
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") commit();
      else if (event.key === "Escape") leave();
    });
    input.addEventListener("blur", () => {
      commit();
      if (!isOver) leave();
    });
    panel.element.append(input);
    input.focus({ preventScroll: true });
    if (typed === undefined) input.select();
  }

  /** @param {string} cell @param {number} value */
  changeNumber(cell, value) {
    const [r, c] = /** @type {[number, number]} */ (placeOf(cell, this.data.slides[0]));
    const { [cell]: _, ...others } = this.edits();
    const before = Number(this.data.numbers?.[r][c]);
    const sent = Number.isFinite(value) ? value : String(value); // JSON knows no infinity
    this.set("edits", Object.is(before, value) ? others : { ...others, [cell]: sent });
    if (!this.frame.reduces && !this.data.frames.some((f) => this.data.parts[f.reduces])) this.waitForKernel();
  }

  /** The kernel is asked what a function of one's own makes of the numbers. */
  waitForKernel() {
    this.say("Python computes it anew …");
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.say("Python does not answer: run the cell again."), PATIENCE);
  }

  /** Put all numbers back. */
  reset() {
    this.set("edits", {});
  }
}

/** @param {Data} data */
function frameHasCells({ frames, parts }) {
  return frames.some((f) => f.walk && parts[f.panels[0]].includes("<svg"));
}

/** Whether a cell of the grid is padding. @param {string} name @param {Data} data */
function isOutside(name, { slides, numbers }) {
  const place = slides.length ? placeOf(name, slides[0]) : null;
  return Boolean(place && numbers && numbers[place[0]]?.[place[1]] === undefined);
}

/** @param {import("./panel.js").Box} [box] @returns {[number, number]} */
function middle(box) {
  return box ? [(box.left + box.right) / 2, (box.top + box.bottom) / 2] : [Infinity, Infinity];
}

/** Return the index of the place that comes next in the direction of an arrow, −1 if there is none.
 * @param {[number, number]} from
 * @param {[number, number][]} places
 * @param {[number, number]} arrow
 */
function nextTo([x, y], places, [dx, dy]) {
  const costs = places.map(([a, b]) => {
    const along = (a - x) * dx + (b - y) * dy;
    const across = Math.abs((a - x) * dy) + Math.abs((b - y) * dx);
    return along > 1 && across <= along * 2 ? along + 3 * across : Infinity;
  });
  const least = Math.min(...costs);
  return Number.isFinite(least) ? costs.indexOf(least) : -1;
}

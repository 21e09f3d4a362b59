// Predict first: what comes out stays hidden until it has been guessed, its size or cell by cell.

import { button, focusable, make } from "./dom.js";
import { read } from "./numbers.js";
import { placeOf } from "./data.js";

const CLOSE = 0.0051; // a guess may have two decimals

/** @typedef {"" | "size" | "cells"} Hiding */

export class Prediction {
  /** @param {import("./part.js").Part} part */
  constructor(part) {
    this.part = part;
    /** @type {Hiding} */
    this.hiding = "";
    /** @type {Set<number>} the steps whose outputs have been found */
    this.found = new Set();
    this.key = "";
    const field = (/** @type {string} */ label) => {
      const input = focusable("input", { "aria-label": label, autocomplete: "off", size: 5 });
      return { input, label: make("label", {}, make("span", {}, label), input) };
    };
    this.rows = field("rows");
    this.columns = field("columns");
    this.number = field("your guess");
    this.verdict = make("span", { class: "pl-verdict" });
    this.asked = make("span", {});
    this.form = focusable("form", { class: "pl-guess", submit: (event) => {
      event.preventDefault();
      this.check();
    } }, this.asked, this.rows.label, this.columns.label, this.number.label,
    focusable("button", { type: "submit" }, "Check"), button("Show", () => this.reveal()), this.verdict);
    this.form.hidden = true;
  }

  get isOn() {
    return this.hiding !== "";
  }

  /** @param {Hiding} hiding */
  turn(hiding) {
    this.hiding = hiding;
    this.key = "";
    this.part.pinned = "";
    this.part.draw();
  }

  /** Whether this is still to be guessed. @param {Hiding} what */
  hides(what) {
    return this.hiding === what && !(what === "size" && this.found.size) && this.part.frame.walk > 0;
  }

  /** @param {number} step */
  covers(step) {
    return this.hides("size") || (this.hides("cells") && !this.found.has(step) && step < this.part.frame.walk);
  }

  /** Cover what has not been found in the frame that has just been drawn. */
  cover() {
    const { part } = this;
    const { controls } = part.data;
    const key = JSON.stringify([controls.map(({ name }) => part.setting(name)), part.edits()]);
    if (key !== this.key) {
      this.key = key;
      this.found = new Set();
      this.verdict.textContent = "";
      for (const { input } of [this.rows, this.columns, this.number]) input.value = "";
    }
    const sizeIsHidden = this.hides("size");
    part.figure.classList.toggle("pl-covered", sizeIsHidden);
    part.notes.classList.toggle("pl-gone", sizeIsHidden);
    part.summary.textContent = this.summary(part.frame.summary);
    this.form.hidden = !this.isOn || !part.frame.walk;
    const ofSize = this.hiding === "size";
    this.rows.label.hidden = this.columns.label.hidden = !ofSize;
    this.number.label.hidden = ofSize;
    const panel = part.panels.find(({ cells }) => cells.has(part.frame.steps.here[0]?.[0]));
    if (!panel || !this.isOn) return;
    part.frame.steps.here.slice(0, part.frame.walk).forEach(([cell], step) => {
      if (this.covers(step)) panel.write(cell, "?");
    });
    panel.describe(part.data.outputs, sizeIsHidden ? "hidden until you have guessed" : undefined);
  }

  /** @param {string} words of the frame */
  summary(words) {
    return this.part.frame && this.hides("size") ? words.replace(/, output.*/, ", output ? × ?") : words;
  }

  /** What is said of a step. @param {number} step @param {string} words */
  text(step, words) {
    if (this.hides("size")) return "How many rows and columns come out?";
    return this.covers(step) ? "What comes out of this window?" : words;
  }

  /** @param {number} step */
  showStep(step) {
    if (!this.isOn) return;
    const { walk } = this.part.frame;
    this.asked.textContent = this.hiding === "cells" ? `${this.found.size} of ${walk} found.` : "";
    this.number.input.value = "";
    this.form.classList.toggle("pl-found", this.isOn && !this.covers(step));
  }

  check() {
    if (this.hiding === "size") this.checkSize();
    else this.checkCell();
    this.part.host.moved();
  }

  checkSize() {
    const { frame, data } = this.part;
    const places = frame.steps.here.slice(0, frame.walk).map(([cell]) => placeOf(cell, data.outputs));
    const [height, width] = [0, 1].map((k) => 1 + Math.max(...places.map((place) => place?.[k] ?? 0)));
    const rightRows = read(this.rows.input.value) === height;
    const rightColumns = read(this.columns.input.value) === width;
    if (rightRows && rightColumns) {
      this.found = new Set(frame.steps.here.keys());
      this.part.draw();
      this.verdict.textContent = `✓ Right: ${height} × ${width}.`;
    } else {
      const wrong = [!rightRows && "rows", !rightColumns && "columns"].filter(Boolean).join(" and ");
      this.verdict.textContent = `✗ Not yet: look at the ${wrong} again.`;
    }
  }

  checkCell() {
    const { frame } = this.part;
    const step = this.part.at();
    const guess = read(this.number.input.value);
    const answer = read(this.answers()[step]);
    const isRight = guess !== null && answer !== null
      && (Object.is(guess, answer) || guess === answer || Math.abs(guess - answer) < CLOSE);
    if (!isRight) {
      this.verdict.textContent = `✗ Not ${this.number.input.value.trim() || "nothing"}: look at the window again.`;
      this.number.input.select();
      return;
    }
    this.found.add(step);
    const next = [...frame.steps.here.keys()].find((k) => k < frame.walk && !this.found.has(k));
    this.part.draw();
    this.verdict.textContent = next === undefined ? "✓ Right. All found." : "✓ Right.";
    if (next !== undefined) this.part.go(next);
  }

  /** The outputs as they are written, covered or not: the end of each calculation. */
  answers() {
    return this.part.frame.steps.texts.map((words) =>
      /(?:[=≈]|gives) (\S+?)(?:,.*)?$/.exec(words)?.[1] ?? "");
  }

  reveal() {
    const { frame } = this.part;
    if (this.hiding === "size") this.found = new Set(frame.steps.here.keys());
    else this.found.add(this.part.at());
    this.part.draw();
    this.verdict.textContent = "";
  }
}

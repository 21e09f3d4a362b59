// Sliders, checkboxes and buttons with visible labels; their room never changes.

import { button, focusable, make } from "./dom.js";

/** @typedef {import("./data.js").Control} Control */
/** @typedef {import("./data.js").Value} Value */
/** @typedef {{ name: string, row: HTMLElement, show: (value: Value) => void }} Shown */

/** @param {Value} value */
const written = (value) => String(value).replace("-", "−");

/** @param {string} label @param {() => void} onInput @param {number} characters of its number */
export function slider(label, onInput, characters) {
  const input = focusable("input", { type: "range", "aria-label": label, step: 1, input: onInput });
  // A finger that scrolls the page touches the slider first: then it goes back to where it was.
  let before = "";
  input.addEventListener("pointerdown", () => { before = input.value; });
  input.addEventListener("pointercancel", () => {
    if (input.value === before) return;
    input.value = before;
    onInput();
  });
  const number = make("span", { class: "pl-number", "aria-hidden": "true" });
  number.style.minWidth = `${1.25 * characters}ch`; // bold digits are wider than a `ch`
  return { input, number, row: make("label", { class: "pl-row" }, make("span", {}, label), input, number) };
}

/** Make one control of the model.
 * @param {Control} control
 * @param {(value: Value) => void} choose
 * @returns {Shown}
 */
export function control({ name, values, kind }, choose) {
  if (kind === "checkbox") {
    const input = focusable("input", {
      type: "checkbox", "aria-label": name, change: () => choose(input.checked),
    });
    const row = make("label", { class: "pl-row" }, make("span", {}, name), input);
    return { name, row, show: (value) => { input.checked = Boolean(value); } };
  }
  if (kind === "buttons") {
    const buttons = values.map((value) => button(written(value), () => choose(value)));
    const row = make("div", { class: "pl-row", role: "group", "aria-label": name },
      make("span", {}, name), make("span", { class: "pl-buttons" }, ...buttons));
    return { name, row, show: (value) => buttons.forEach((one, k) =>
      one.setAttribute("aria-pressed", String(values[k] === value))) };
  }
  // Where the values are whole numbers in a row, the slider's own number is the value.
  const first = values.every((value, k) => value === Number(values[0]) + k) ? Number(values[0]) : 0;
  const characters = Math.max(...values.map((value) => written(value).length));
  const { input, number, row } = slider(name, () => choose(values[Number(input.value) - first]), characters);
  input.min = String(first);
  input.max = String(first + values.length - 1);
  return { name, row, show: (value) => {
    input.value = String(values.indexOf(value) + first);
    input.setAttribute("aria-valuetext", written(value));
    number.textContent = written(value);
  } };
}

// Making elements.

/** @typedef {Record<string, string | number | ((event: any) => void)>} Attributes */

/** Make an element: attributes that are functions become listeners.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

const ALONE = "data-lm-suppress-shortcuts"; // JupyterLab's word for: not these keys

/** Let JupyterLab have Ctrl+S and its like again; a text field uses such keys itself (Ctrl+A, Ctrl+Z …).
 * @param {KeyboardEvent} event before JupyterLab gets it
 */
export function passOn({ ctrlKey, metaKey, altKey, target }) {
  if (!(ctrlKey || metaKey) || altKey || !(target instanceof Element)) return;
  if (!target.closest(".pl-explorer") || target.matches("input:not([type])")) return;
  for (let at = target.closest(`[${ALONE}]`); at; at = at.parentElement?.closest(`[${ALONE}]`) ?? null) {
    const held = at;
    held.removeAttribute(ALONE);
    setTimeout(() => held.setAttribute(ALONE, "true"));
  }
}

/** Make an element the keyboard can reach: JupyterLab must leave its keys alone (arrows, d d).
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {...(Node | string)} children
 */
export function focusable(tag, attributes, ...children) {
  return make(tag, { [ALONE]: "true", ...attributes }, ...children);
}

/** @param {string} text @param {() => void} click */
export function button(text, click) {
  return focusable("button", { type: "button", click }, text);
}

/** @param {string} tag @param {Record<string, string | number>} attributes */
export function drawn(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

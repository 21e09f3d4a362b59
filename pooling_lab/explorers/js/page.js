// Explorers on a page without a kernel: each `.pl-mount` holds the traits of one, and its picture,
// which stands there until the explorer does (page.py). A link leads to a setting of one of them:
// #name?kernel_size=2&position=7

import { render } from "./explorer.js";
import { Model } from "./model.js";

const WAIT = 300; // ms of rest before the address follows

/** @param {string} base64 */
const decoded = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

/** A model whose settings stand in the page's address. */
class Linked extends Model {
  /** @param {string} name @param {Record<string, any>} traits */
  constructor(name, { _data, ...traits }) {
    super({ ...traits, _data: decoded(_data) });
    this.name = name;
    this.starts = traits;
  }

  /** Take the settings that the address names. Return whether it speaks of this explorer. */
  read() {
    const [name, query] = decodeURI(location.hash.slice(1)).split("?");
    if (name !== this.name) return false;
    for (const [key, text] of new URLSearchParams(query)) {
      if (!(key in this.starts)) continue;
      try {
        this.set(key, JSON.parse(text));
      } catch {
        this.set(key, text); // words stand there without quotation marks
      }
    }
    return true;
  }

  /** The address of what is shown. */
  link() {
    const query = new URLSearchParams();
    for (const key of Object.keys(this.starts)) {
      const value = this.get(key);
      const text = typeof value === "string" ? value : JSON.stringify(value);
      if (text !== "{}") query.set(key, text);
    }
    return new URL(`#${this.name}?${query}`, location.href).href;
  }

  /** Let the address follow the reader. */
  follow() {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let waiting;
    for (const key of Object.keys(this.starts)) {
      this.on(`change:${key}`, () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => history.replaceState(null, "", this.link()), WAIT);
      });
    }
  }
}

/** @param {HTMLElement} place */
async function mount(place) {
  const traits = JSON.parse(place.querySelector("script")?.textContent ?? "{}");
  const model = new Linked(place.id, traits);
  const named = model.read();
  const el = document.createElement("div");
  await render({ model, el });
  place.replaceChildren(el);
  model.follow();
  if (named) place.scrollIntoView();
  addEventListener("hashchange", () => model.read() && place.scrollIntoView());
}

await Promise.all([...document.querySelectorAll(".pl-mount")].map((place) =>
  mount(/** @type {HTMLElement} */ (place))));

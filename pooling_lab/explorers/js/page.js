// Explorers on a page without a kernel: each `.pl-mount` holds the traits of one, and its picture,
// which stands there until the explorer does (page.py). Frames stand in the page, or in a file that
// is fetched when the explorer comes near the screen. A link leads to a setting of one of them:
// #name?kernel_size=2&position=7

import { render } from "./explorer.js";
import { Model } from "./model.js";

const NEAR = "600px 0px"; // so far below the screen an explorer is fetched
const WAIT = 300; // ms of rest before the address follows

/** @param {string} base64 */
const decoded = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

/** A model whose settings stand in the page's address. */
class Linked extends Model {
  /** @param {string} name @param {Record<string, any>} traits @param {Uint8Array} frames */
  constructor(name, traits, frames) {
    super({ ...traits, _data: frames });
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
  const { _data, _frames, ...traits } = JSON.parse(place.querySelector("script")?.textContent ?? "{}");
  const model = new Linked(place.id, traits, _frames ? await fetched(_frames) : decoded(_data));
  const named = model.read();
  const el = document.createElement("div");
  await render({ model, el });
  place.replaceChildren(el);
  model.follow();
  if (named) place.scrollIntoView();
  addEventListener("hashchange", () => model.read() && place.scrollIntoView());
}

/** @param {string} address */
async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) begin(target);
}, { rootMargin: NEAR });

/** @param {Element} place */
function begin(place) {
  near.unobserve(place);
  return mount(/** @type {HTMLElement} */ (place));
}

const named = () => decodeURI(location.hash.slice(1)).split("?")[0];
const [later, now] = [true, false].map((waits) =>
  [...document.querySelectorAll(".pl-mount")].filter((place) =>
    place.hasAttribute("data-near") === waits));
later.forEach((place) => near.observe(place));
addEventListener("hashchange", () => {
  // A link to one that has not come near yet: going there brings it.
  if (later.some(({ id }) => id === named())) document.getElementById(named())?.scrollIntoView();
});
await Promise.all([...now, ...later.filter(({ id }) => id === named())].map(begin));

// Mounts explorers on a page without a kernel: frames are fetched when an explorer comes near the screen.

const NEAR = "600px 0px"; // so far below the screen an explorer is fetched
const ROOT = new URL("..", import.meta.url);

/** Stands in for anywidget's model: the traits of one explorer, kept in the page. */
class Model {
  #traits;
  #heard = new Map();

  constructor(traits) { this.#traits = traits; }
  get(name) { return this.#traits[name]; }
  set(name, value) {
    if (this.#traits[name] === value) return;
    this.#traits[name] = value;
    for (const listener of [...(this.#heard.get(`change:${name}`) ?? [])]) listener();
  }
  save_changes() {}
  on(event, listener) { this.#heard.set(event, [...(this.#heard.get(event) ?? []), listener]); }
  off(event, listener) {
    this.#heard.set(event, (this.#heard.get(event) ?? []).filter((other) => other !== listener));
  }
}

async function mount(place) {
  const [{ default: explorer }, response] = await Promise.all([
    import(new URL("explorer.js", ROOT)), fetch(place.dataset.frames),
  ]);
  const _data = new Uint8Array(await response.arrayBuffer());
  const el = document.createElement("div");
  await explorer.render({ model: new Model({ ...JSON.parse(place.dataset.traits), _data }), el });
  place.replaceChildren(el);
}

/** Mount every explorer of a page, each when it comes near. */
export function mount_near(page) {
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      mount(target);
    }
  }, { rootMargin: NEAR });
  page.querySelectorAll(".course-explorer").forEach((place) => near.observe(place));
}

// Shows the frames that Python made (explorer.py). A widget's view, for anywidget and for pages.

import { unpack } from "./data.js";
import { button, focusable, make, passOn } from "./dom.js";
import { Model } from "./model.js";
import { Part } from "./part.js";
import { asSvg, savePng, saveSvg } from "./saving.js";

/** @typedef {import("./part.js").AnyModel & { link?: () => string, widget_manager?: any }} Widget */

const REST = 250; // ms after which what has changed is said
const GAP = 28; // px between two panels
const CONTROLS = 370; // px beside the picture, the paddings with it
const TABLE = 760; // px of a table
const LARGEST_PHOTO = 224; // px of its longer side: what travels and is pooled

/** @param {{ model: Widget, el: HTMLElement }} widget */
export async function render({ model, el }) {
  let data = await unpack(model.get("_data"));
  const hasKernel = () => Boolean(model.widget_manager?.kernel);

  // ---------------------------------------------------------------- what stands on the page
  const live = make("div", { class: "pl-live", "aria-live": "polite" });
  const differences = make("p", { class: "pl-differences" });
  const parts = make("div", { class: "pl-parts" });
  const modes = make("div", { class: "pl-modes", role: "group", "aria-label": "Ways to look at it" });
  const more = make("div", { class: "pl-more" });
  const root = make("section", { class: "pl-explorer", "aria-label": data.title },
    make("div", { class: "pl-head" }, make("strong", {}, data.title), modes),
    parts, differences, more, live);

  /** @type {Part | null} */
  let second = null;
  const first = new Part(data, model, {
    hasKernel,
    moved: () => follow(), drawn: () => { compare(); if (document.fullscreenElement === root) settle(); },
  });
  parts.append(first.element);

  // ------------------------------------------------------------------ what a reader hears
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pending;
  /** @type {Record<string, string>} */
  let heard = {};

  /** Say what is new, once, when the reader has come to rest. */
  function announce() {
    clearTimeout(pending);
    if (first.dragging || second?.dragging) return;
    pending = setTimeout(() => {
      const now = spoken();
      const news = Object.entries(now).filter(([key, words]) => words && words !== heard[key]);
      heard = now;
      if (news.length) live.textContent = news.map(([, words]) => words).join(". ");
    }, REST);
  }
  function spoken() {
    const { summary, aloud, notes, prediction } = first;
    return {
      summary: summary.textContent ?? "", text: aloud,
      ...Object.fromEntries([...notes.children].map((note, k) => [`note ${k}`, note.textContent ?? ""])),
      second: second?.summary.textContent ?? "", differences: differences.textContent ?? "",
      verdict: prediction.verdict.textContent ?? "",
    };
  }

  // ------------------------------------------------------------- two settings side by side
  const comparing = button("Compare", () => (second ? single() : double()));

  function double() {
    const { controls, slides } = data;
    const traits = Object.fromEntries(controls.map(({ name }) => [name, first.setting(name)]));
    const other = new Model({ ...traits, position: first.at(), edits: first.edits() });
    second = new Part(data, other, { hasKernel: () => false, moved: announce, drawn: compare });
    second.draw();
    if (slides.length) other.on("change:edits", () => first.set("edits", other.get("edits")));
    second.position.classList.add("pl-absent"); // the first one's moves both
    parts.append(second.element);
    root.classList.add("pl-comparing");
    first.element.setAttribute("aria-label", "first setting");
    second.element.setAttribute("aria-label", "second setting");
    for (const part of [first, second]) part.element.setAttribute("role", "group");
    predict("");
    settle();
  }

  function single() {
    second?.destroy();
    second?.element.remove();
    second = null;
    root.classList.remove("pl-comparing");
    for (const name of ["role", "aria-label"]) first.element.removeAttribute(name);
    compare();
    settle();
  }

  /** Let the second setting stand at the window of the first, and have its numbers. */
  function follow() {
    if (second) {
      const [cell] = first.frame.steps.here[first.at()] ?? [];
      const [same] = second.stepsWith("here", cell);
      second.go(same ?? first.at());
    }
    announce();
  }

  /** Mark what differs: settings, outputs, the summary. */
  function compare() {
    comparing.setAttribute("aria-pressed", String(second !== null));
    if (second && JSON.stringify(second.edits()) !== JSON.stringify(first.edits())) {
      second.set("edits", first.edits());
    }
    const other = second;
    const names = other ? data.controls.map(({ name }) => name)
      .filter((name) => first.setting(name) !== other.setting(name)) : [];
    for (const part of [first, ...(other ? [other] : [])]) {
      for (const { name, row } of part.controls) row.classList.toggle("pl-differs", names.includes(name));
    }
    let [different, most] = [0, 0];
    first.panels.forEach((panel, k) => {
      const twin = other?.panels[k];
      const isInput = k === 0 && data.slides.length > 0;
      const all = new Set([...panel.cells.keys(), ...(twin?.cells.keys() ?? [])]);
      const marked = twin && !isInput && panel.room
        ? [...all].filter((name) => panel.text(name) !== twin.text(name)
          || panel.cells.has(name) !== twin.cells.has(name)) : [];
      panel.mark(new Set(marked));
      twin?.mark(new Set(marked));
      if (isInput || !panel.room) return;
      different += marked.length;
      most += all.size;
    });
    const cells = most ? `${different} of ${most} cells of the outputs differ (marked ◥).` : "";
    const settings = names.map((name) =>
      `${name} ${first.setting(name)} and ${other?.setting(name)}`.replaceAll("-", "−"));
    differences.textContent = !other ? ""
      : settings.length ? `Differs (≠): ${settings.join("; ")}. ${cells}`
        : "Both settings are the same: move a control of one.";
    undo.hidden = Object.keys(first.edits()).length === 0;
    announce();
  }

  // ------------------------------------------------------------------------ other ways to look
  const ways = /** @type {import("./prediction.js").Hiding[]} */ (["cells", "size"]);
  const guesses = ways.map((way) => button(way === "cells" ? "Predict numbers" : "Predict size", () => {
    if (second) single();
    predict(first.prediction.hiding === way ? "" : way);
  }));
  /** @param {import("./prediction.js").Hiding} hiding */
  function predict(hiding) {
    if (first.prediction.hiding !== hiding) first.prediction.turn(hiding);
    guesses.forEach((one, k) => one.setAttribute("aria-pressed", String(ways[k] === hiding)));
  }
  const lecture = button("Lecture mode", () =>
    document.fullscreenElement === root ? document.exitFullscreen() : root.requestFullscreen());
  const undo = button("Reset numbers", () => first.reset());
  undo.hidden = true;
  modes.append(undo);
  if (data.outputs) modes.append(...guesses);
  modes.append(comparing);
  if (document.fullscreenEnabled) modes.append(lecture);
  predict("");

  // --------------------------------------------------------------------- to take along
  const said = make("span", { class: "pl-said-so" });
  const svg = () => asSvg(first.panels.flatMap(({ picture }) => picture ?? []),
    `${data.title}: ${first.summary.textContent}`,
    [first.text.textContent ?? "", ...first.frame.notes].filter(Boolean), root);
  const file = data.title.toLowerCase().replace(/\W+/g, "-");
  if (model.link) {
    more.append(button("Copy link", async () => {
      const address = /** @type {() => string} */ (model.link)();
      history.replaceState(null, "", address);
      const copied = await navigator.clipboard?.writeText(address).then(() => true, () => false);
      said.textContent = copied ? "The link to this setting is copied."
        : "This page's address now leads to this setting.";
    }));
  }
  more.append(button("Save SVG", () => saveSvg(svg(), file)), button("Save PNG", () => savePng(svg(), file)));
  if (data.photo && hasKernel()) more.append(ownPhoto());
  more.append(said);

  function ownPhoto() {
    const input = focusable("input", { type: "file", accept: "image/*", "aria-label": "A photo of your own",
      change: async () => {
        const [photo] = input.files ?? [];
        if (!photo) return;
        try {
          const bytes = await shrunk(photo);
          said.textContent = "Python pools your photo …";
          first.set("_photo", new DataView(bytes));
        } catch {
          said.textContent = `${photo.name} is no photo that this browser can read.`;
        }
        input.value = ""; // so that the same file can be given again
      } });
    return make("label", { class: "pl-photo" }, "A photo of your own ", input);
  }

  /** @param {Blob} photo @returns {Promise<ArrayBuffer>} */
  async function shrunk(photo) {
    const image = await createImageBitmap(photo);
    const scale = Math.min(1, LARGEST_PHOTO / Math.max(image.width, image.height));
    const canvas = make("canvas", { width: Math.max(1, Math.round(image.width * scale)),
                                    height: Math.max(1, Math.round(image.height * scale)) });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve));
    return /** @type {Blob} */ (blob).arrayBuffer();
  }

  // -------------------------------------------------------------------------- its size
  /** In lecture mode the panels grow until they fill the stage. */
  function settle() {
    const isLecture = document.fullscreenElement === root;
    const sides = first.panels.flatMap(({ room }) => (room ? room.right - room.left + GAP : []));
    const inRow = sides.reduce((a, b) => a + b, 0) || TABLE;
    // The controls stand beside the picture, or one setting beside the other, where both fit.
    root.classList.toggle("pl-wide", !second && root.clientWidth - CONTROLS >= inRow);
    root.classList.toggle("pl-two", Boolean(second) && root.clientWidth >= 2 * Math.max(320, ...sides) + GAP);
    lecture.textContent = isLecture ? "Leave lecture mode" : "Lecture mode";
    for (const part of [first, ...(second ? [second] : [])]) {
      const zoom = isLecture ? fitting(part) : 0;
      const available = part.figure.clientWidth || Infinity;
      for (const panel of part.panels) panel.refit(available, zoom);
    }
  }

  /** How much larger the panels may be, in a row or in a column. @param {Part} part */
  function fitting({ figure, panels, stage }) {
    const rooms = panels.flatMap(({ own }) => own ?? []);
    const widths = rooms.map(({ left, right }) => right - left);
    const heights = rooms.map(({ top, bottom }) => bottom - top);
    const sum = (/** @type {number[]} */ sizes) => sizes.reduce((a, b) => a + b, 0);
    const gaps = GAP * (rooms.length - 1);
    const others = sum([...stage.children].map((child) =>
      (child === figure ? 0 : /** @type {HTMLElement} */ (child).offsetHeight)));
    const below = stage.getBoundingClientRect().top - root.getBoundingClientRect().top;
    const [width, height] = [stage.clientWidth - 16, root.clientHeight - below - others - 48];
    const row = Math.min((width - gaps) / sum(widths), height / Math.max(...heights));
    const column = Math.min(width / Math.max(...widths), (height - gaps) / sum(heights));
    return rooms.length ? Math.max(0.8, Math.min(4, Math.max(row, column))) : 1;
  }

  let width = 0;
  const sizes = new ResizeObserver(() => {
    const key = root.clientWidth + (document.fullscreenElement === root ? root.clientHeight / 1e4 : 0);
    if (key === width) return;
    width = key;
    requestAnimationFrame(settle);
  });

  const keyed = (/** @type {KeyboardEvent} */ event) => passOn(event); // one for each explorer
  const taken = async () => {
    data = await unpack(model.get("_data"));
    first.take(data);
    if (second) single();
    said.textContent = "";
  };

  el.append(root);
  first.draw();
  heard = spoken();
  sizes.observe(root);
  model.on("change:_data", taken);
  document.addEventListener("fullscreenchange", settle);
  addEventListener("keydown", keyed, { capture: true }); // JupyterLab listens at the document
  settle();
  return () => {
    first.destroy();
    second?.destroy();
    clearTimeout(pending);
    sizes.disconnect();
    model.off("change:_data", taken);
    document.removeEventListener("fullscreenchange", settle);
    removeEventListener("keydown", keyed, { capture: true });
  };
}

export default { render };

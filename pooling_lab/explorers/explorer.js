// Shows the frames that Python made (explorer.py) and moves the highlight. Nothing is computed here.

const PLAY_EVERY = 1000; // ms a window stays lit while playing
const LIGHTS = ["here", "best", "ties", "reads"]; // strongest first
const LOOK_OF = { here: "here", best: "best", ties: "tie", reads: "read" };

async function unpack(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

/** Make an element: attributes that are functions become listeners. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Make an element the keyboard can reach: JupyterLab must leave its keys alone (arrows, d d). */
function focusable(tag, attributes, ...children) {
  return make(tag, { "data-lm-suppress-shortcuts": "true", ...attributes }, ...children);
}

function slider(label, onInput) {
  const input = focusable("input", { type: "range", "aria-label": label, step: 1, input: onInput });
  const number = make("output", { class: "pl-number" });
  return { input, number, row: make("label", { class: "pl-row" }, label, input, number) };
}

/** One control: its element, and a function that shows a value of the model in it. */
function control({ name, values, kind }, choose) {
  if (kind === "checkbox") {
    const input = focusable("input", {
      type: "checkbox", "aria-label": name, change: () => choose(input.checked),
    });
    const row = make("label", { class: "pl-row" }, name, input);
    return { row, show: (value) => { input.checked = value; } };
  }
  if (kind === "buttons") {
    const buttons = values.map((value) =>
      focusable("button", { type: "button", click: () => choose(value) }, String(value)));
    const row = make("div", { class: "pl-row", role: "group", "aria-label": name },
      make("span", {}, name), make("span", { class: "pl-buttons" }, ...buttons));
    const show = (value) => buttons.forEach((button, k) =>
      button.setAttribute("aria-pressed", values[k] === value));
    return { row, show };
  }
  // Where the values are whole numbers in a row, the slider's own number is the value.
  const first = values.every((value, k) => value === values[0] + k) ? values[0] : 0;
  const { input, number, row } = slider(name, () => choose(values[input.value - first]));
  input.min = first;
  input.max = first + values.length - 1;
  const show = (value) => {
    input.value = values.indexOf(value) + first;
    input.setAttribute("aria-valuetext", value);
    number.textContent = value;
  };
  return { row, show };
}

async function render({ model, el }) {
  const { title, controls, parts, frames } = await unpack(model.get("_data"));
  const set = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  // ---------------------------------------------------------------- what stands on the page
  const shown = controls.filter(({ values }) => values.length > 1).map((spec) => ({
    name: spec.name, ...control(spec, (value) => { stop(); set(spec.name, value); }),
  }));
  const summary = make("span", { class: "pl-summary" });
  const figure = make("div", {
    class: "pl-panels", pointerover: point, pointerleave: () => light(), click: pick,
  });
  const walk = slider("position", () => { stop(); set("position", Number(walk.input.value)); });
  const button = (text, click) => focusable("button", { type: "button", click }, text);
  const go = (place) => set("position", Math.max(0, Math.min(place, frame.walk - 1)));
  const previous = button("Previous", () => { stop(); go(at() - 1); });
  const next = button("Next", () => { stop(); go(at() + 1); });
  const play = button("Play", () => (timer ? stop() : start()));
  const position = make("div", { class: "pl-position" }, walk.row,
    make("span", { class: "pl-buttons" }, previous, play, next));
  const text = make("p", { class: "pl-text" });
  const notes = make("div", { class: "pl-notes" });
  const live = make("div", { class: "pl-live", "aria-live": "polite" });
  const root = make("section", { class: "pl-explorer", "aria-label": title },
    make("p", {}, make("strong", {}, title), " ", summary),
    make("div", { class: "pl-controls" }, ...shown.map(({ row }) => row)),
    position, text, figure, notes, live);
  el.append(root);

  const lengths = (key) => frames.map((frame) => parts[frame[key]].length);
  notes.style.minHeight = `${1.6 * Math.max(...lengths("notes"))}em`; // so that nothing below jumps
  position.hidden = text.hidden = !frames.some((f) => parts[f.texts].length || parts[f.error]);
  const longest = Math.max(...frames.flatMap((f) => parts[f.texts].map((words) => words.length)), 0);
  text.style.minHeight = longest > 70 ? "3.2em" : "1.6em";
  figure.append(...frames[0].panels.map(() =>
    focusable("div", { class: "pl-panel", scroll: (event) => keep_heads(event.target) })));
  const widths = new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));
  [...figure.children].forEach((panel) => widths.observe(panel));

  // -------------------------------------------------------------------- what is shown in it
  let frame, steps;
  const at = () => Math.min(model.get("position"), frame.walk - 1);

  function draw() {
    let index = 0;
    for (const { name, values } of controls) {
      index = index * values.length + values.indexOf(model.get(name));
    }
    const before = frame;
    frame = frames[index];
    steps = Object.fromEntries(["texts", ...LIGHTS].map((key) => [key, parts[frame[key]]]));
    shown.forEach(({ name, show }) => show(model.get(name)));
    summary.textContent = parts[frame.summary];
    notes.replaceChildren(...parts[frame.notes].map((line) => make("p", {}, line)));
    [...figure.children].forEach((panel, k) => {
      if (before?.panels[k] !== frame.panels[k]) fill(panel, parts[frame.panels[k]]);
    });
    show_step();
  }

  /** Put an SVG into its panel; a panel grows when it must and never shrinks: no jumping. */
  function fill(panel, svg) {
    panel.innerHTML = svg.replace(/part:(\d+)/g, (_, number) => parts[number]);
    const { width, height } = panel.firstChild;
    const { style } = panel;
    const grown = (old, now) => Math.max(parseFloat(old) || 0, now.baseVal.value);
    style.width = `${grown(style.width, width)}px`;
    style.minHeight = `${grown(style.minHeight, height)}px`;
    fit(panel);
  }

  /** A panel wider than the page scrolls within itself, which the keyboard must reach. */
  function fit(panel) {
    const name = `Picture ${[...figure.children].indexOf(panel) + 1}, scrolls sideways`;
    const scrolls = panel.scrollWidth > panel.clientWidth;
    for (const [key, value] of Object.entries({ tabindex: 0, role: "group", "aria-label": name })) {
      if (scrolls) panel.setAttribute(key, value);
      else panel.removeAttribute(key);
    }
    keep_heads(panel);
  }

  /** A head stays in view while its panel scrolls, a long one until its end has been shown. */
  function keep_heads(panel) {
    for (const head of panel.querySelectorAll(".head")) {
      const { x, width } = head.getBBox();
      const room = Math.max(0, panel.scrollWidth - x - width);
      head.style.transform = `translateX(${Math.min(panel.scrollLeft, room)}px)`;
    }
  }

  function show_step() {
    const count = frame.walk; // the steps after these are for pointing only
    walk.input.max = Math.max(0, count - 1);
    walk.input.value = at();
    walk.number.textContent = count ? `${at() + 1} of ${count}` : "none";
    walk.input.setAttribute("aria-valuetext", walk.number.textContent);
    walk.input.disabled = count < 2;
    // Not `disabled`: a button that is would drop the focus, and JupyterLab would get the keys.
    play.ariaDisabled = count < 2;
    previous.ariaDisabled = at() <= 0;
    next.ariaDisabled = at() >= count - 1;
    light();
    [...figure.children].forEach(bring_into_view);
    announce();
  }

  /** Light a step, as a rule the one at `position`. */
  function light(step = at()) {
    const looks = {};
    for (const key of LIGHTS.toReversed()) {
      for (const cell of steps[key][step] ?? []) looks[cell] = LOOK_OF[key];
    }
    paint(looks);
    say(steps.texts[step] ?? "");
  }

  /** What stands under the panels: a window's calculation, or why these settings cannot work. */
  function say(words) {
    const error = parts[frame.error];
    text.classList.toggle("pl-error", Boolean(error));
    text.textContent = error || words;
  }

  /** On a narrow page a panel scrolls sideways: to what is lit. */
  function bring_into_view(panel) {
    const lit = panel.querySelector(".here") ?? panel.querySelector(".read, .best, .tie");
    if (!lit || panel.scrollWidth === panel.clientWidth) return;
    const [cell, svg] = [lit, panel.firstChild].map((element) => element.getBoundingClientRect());
    panel.scrollLeft = (cell.left + cell.right - panel.clientWidth) / 2 - svg.left;
  }

  function paint(looks) {
    for (const cell of figure.querySelectorAll("[data-cell]")) {
      cell.classList.remove(...Object.values(LOOK_OF));
      const look = looks[cell.dataset.cell];
      if (look) cell.classList.add(look);
    }
  }

  // ------------------------------------------------------------------------ how it is moved
  const cell_at = (event) => event.target.closest?.("[data-cell]")?.dataset.cell;
  const steps_with = (key, cell) => steps[key].flatMap((cells, k) => (cells.includes(cell) ? [k] : []));

  /** Pointing at an output cell lights its window; at an input cell, the outputs that read it. */
  function point(event) {
    const cell = cell_at(event);
    const [step] = steps_with("here", cell);
    const readers = steps_with("reads", cell);
    if (step !== undefined) return light(step);
    if (!cell || !steps.texts.length) return light();
    const looks = Object.fromEntries(readers.flatMap((k) => steps.here[k].map((c) => [c, "here"])));
    paint({ ...looks, [cell]: "best" });
    const count = { 0: "no window", 1: "1 window" }[readers.length] ?? `${readers.length} windows`;
    say(`This cell is read by ${count}.`);
  }

  function pick(event) {
    const [step] = steps_with("here", cell_at(event));
    if (step < frame.walk) { stop(); go(step); }
  }

  let timer;
  function start() {
    if (frame.walk < 2) return;
    if (at() === frame.walk - 1) go(0);
    timer = setInterval(() => {
      go(at() + 1);
      if (at() === frame.walk - 1) stop();
    }, PLAY_EVERY);
    play.textContent = "Pause";
  }
  function stop() {
    timer = clearInterval(timer);
    play.textContent = "Play";
  }
  const calm = matchMedia("(prefers-reduced-motion: reduce)"); // then Next and Previous do it
  const heed = () => { play.hidden = calm.matches; stop(); };

  /** Say the frame and the step once the reader has come to rest. */
  let pending;
  function announce() {
    clearTimeout(pending);
    pending = setTimeout(() => {
      live.textContent = [summary, text].map((element) => element.textContent).join(". ");
    }, 250);
  }

  heed();
  draw();
  calm.addEventListener("change", heed);
  for (const { name } of controls) model.on(`change:${name}`, draw);
  model.on("change:position", show_step);
  return () => {
    stop();
    clearTimeout(pending);
    widths.disconnect();
    calm.removeEventListener("change", heed);
    for (const { name } of controls) model.off(`change:${name}`, draw);
    model.off("change:position", show_step);
  };
}

export default { render };

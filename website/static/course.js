// What a page does without a kernel: lets what gives a prediction away wait, keeps bets and predictions in the
// reader's browser. Nothing leaves the page. The sliders have a module of their own, explorer.js, which comes
// from the package.

/** What the reader wrote on these pages; a browser that keeps nothing still lets them write. */
const kept = {
  /** @param {string} key */
  read(key) {
    try { return JSON.parse(localStorage.getItem(`pooling:${key}`) ?? "null"); } catch { return null; }
  },
  /** @param {string} key @param {unknown} value */
  write(key, value) {
    try { localStorage.setItem(`pooling:${key}`, JSON.stringify(value)); } catch { /* private mode */ }
  },
};

/**
 * The first element of a kind inside another, which the page was built with.
 * @template {HTMLElement} E
 * @param {ParentNode} inside @param {string} selector @param {new () => E} kind @returns {E}
 */
function part(inside, selector, kind) {
  const found = inside.querySelector(selector);
  if (!(found instanceof kind)) throw new TypeError(`the page has no ${selector} here`);
  return found;
}

/** @param {string} selector */
const forms = (selector) => /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll(selector));

// ------------------------------------------------------------------------------ predictions

/**
 * What gives a prediction away: the outputs of the next cells, and the words behind these up to another cell or a
 * heading. A verdict is no other cell: it waits, too.
 * @param {HTMLFormElement} form
 */
function given_away(form) {
  /** @type {HTMLElement[]} */
  const found = [];
  let words = false;
  for (let next = form.nextElementSibling; next; next = next.nextElementSibling) {
    if (next.matches("section, h1, h2, h3, form, .course-exercise")) break;
    const cell = next.matches(".cell");
    if (cell && words && !next.querySelector(".course-verdict")) break;
    words ||= !cell && found.length > 0;
    const one = cell ? next.querySelector(".cell_output") : found.length ? next : null;
    if (one instanceof HTMLElement) found.push(one);
  }
  return found;
}

for (const form of forms(".course-predict")) {
  const words = part(form, "textarea", HTMLTextAreaElement);
  const button = part(form, "button", HTMLButtonElement);
  const key = form.dataset.key ?? "";
  const waiting = given_away(form);
  const before = kept.read(key);
  const reveal = () => {
    waiting.forEach((element) => { element.hidden = false; });
    button.hidden = true;
  };
  form.hidden = false;
  words.value = before?.words ?? "";
  if (!before?.seen) waiting.forEach((element) => { element.hidden = true; });
  else reveal();
  words.addEventListener("input", () => kept.write(key, { ...kept.read(key), words: words.value }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    kept.write(key, { words: words.value, seen: true });
    reveal();
    waiting[0]?.setAttribute("tabindex", "-1");
    waiting[0]?.focus();
  });
  // Who follows a link to what waits, an explorer's setting for instance, has asked for it.
  const follow = () => {
    const aim = document.getElementById(decodeURI(location.hash.slice(1)).split("?")[0]);
    if (!aim || button.hidden || !waiting.some((element) => element.contains(aim))) return;
    reveal();
    aim.scrollIntoView();
  };
  follow();
  addEventListener("hashchange", follow);
}

// ------------------------------------------------------------------------------------- bets

/**
 * Brier's score of a bet over three answers: claims.brier in the package.
 * @param {number} sure @param {boolean} right
 */
export function brier(sure, right) {
  const [mine, others] = [sure / 100, (1 - sure / 100) / 2];
  return right ? (1 - mine) ** 2 + 2 * others ** 2 : mine ** 2 + (1 - others) ** 2 + others ** 2;
}

/**
 * The score of an 80 % interval, its width and ten times by how much it misses: claims.interval_score.
 * @param {number} low @param {number} high @param {number} value
 */
export function intervalScore(low, high, value) {
  return high - low + 10 * Math.max(0, low - value, value - high);
}

/** @typedef {{ answer: string, sure: number } | { low: number, high: number }} Bet */

/**
 * What is told of a bet once its claim is settled.
 * @param {Bet} bet @param {DOMStringMap} settled @param {string | undefined} nothing
 */
function told(bet, { verdict = "", number }, nothing) {
  if ("low" in bet) {
    const [low, high, value] = [bet.low, bet.high, Number(number)];
    const end = low <= value && value <= high ? "inside" : "outside";
    const score = Math.round(intervalScore(low, high, value));
    return `Your guess: ${low} to ${high}; it was ${value.toFixed(1)}: ${end}, score ${score} (saying nothing: 100, less is better).`;
  }
  const mine = `Your bet: ${bet.answer}, ${bet.sure} % sure`;
  if (!["true", "false", "depends"].includes(verdict)) return `${mine}: not scored.`;
  const right = bet.answer === verdict;
  const score = brier(bet.sure, right).toFixed(2);
  return `${mine}: ${right ? "right" : "wrong"}. Brier's score ${score}; saying nothing has ${Number(nothing).toFixed(2)}, less is better.`;
}

for (const form of forms(".course-bet")) {
  const { claim = "", nothing } = form.dataset;
  const sure = form.querySelector("[name=sure]") && part(form, "[name=sure]", HTMLInputElement);
  /**
   * Say that a bet is placed, and at its verdict, which stays folded, what became of it.
   * @param {Bet} bet
   */
  const show = (bet) => {
    const verdict = document.querySelector(`.course-verdict[data-claim="${claim}"]`);
    const placed = "low" in bet ? `${bet.low} to ${bet.high}` : `${bet.answer}, ${bet.sure} % sure`;
    part(form, ".course-told", HTMLElement).textContent =
      `Noted: ${placed}. It is settled ${verdict ? "below, at its verdict" : "in a later part"}.`;
    const fold = verdict?.querySelector("details");
    if (!(verdict instanceof HTMLElement) || !fold) return;
    const summary = part(fold, "summary", HTMLElement);
    summary.textContent = "Your bet is placed: unfold the verdict";
    const score = fold.querySelector(".course-score") ?? document.createElement("p");
    score.className = "course-score";
    score.textContent = told(bet, verdict.dataset, nothing);
    summary.after(score);
  };
  sure?.addEventListener("input", () => {
    const shown = sure.nextElementSibling;
    if (shown) shown.textContent = `${sure.value} %`;
    sure.setAttribute("aria-valuetext", `${sure.value} %`);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(form);
    const [low, high] = ["from", "to"].map((end) => Number(given.get(end))).sort((a, b) => a - b);
    const bet = sure ? { answer: String(given.get("answer")), sure: Number(sure.value) } : { low, high };
    kept.write(`bet-${claim}`, bet);
    show(bet);
  });
  const before = kept.read(`bet-${claim}`);
  if (before) show(before);
}

// --------------------------------------------------------------------------------- meanings

// Escape puts a meaning away that covers something; the next move of the pointer lets them show again.
addEventListener("keydown", ({ key }) => { if (key === "Escape") document.body.classList.add("course-quiet"); });
for (const event of ["pointermove", "focusin"]) {
  addEventListener(event, () => document.body.classList.remove("course-quiet"));
}

// -------------------------------------------------------------------------------- embedding

for (const box of document.querySelectorAll(".course-embed")) {
  if (!(box instanceof HTMLElement)) continue;
  const code = part(box, "textarea", HTMLTextAreaElement);
  const copied = part(box, "[role=status]", HTMLElement);
  const write = () => {
    const address = new URL(box.dataset.embed ?? "", location.href);
    const name = (address.pathname.split("/").pop() ?? "").replace(".html", "");
    if (location.hash.startsWith(`#${name}?`)) address.hash = location.hash;
    code.value = `<iframe src="${address}" width="100%" height="720" allow="fullscreen; clipboard-write" title="An explorer of pooling layers"></iframe>`;
  };
  box.addEventListener("toggle", write);
  part(box, "button", HTMLButtonElement).addEventListener("click", async () => {
    write();
    code.select();
    try { await navigator.clipboard.writeText(code.value); copied.textContent = "Copied."; }
    catch { copied.textContent = "It is selected: copy it with the keyboard."; }
  });
}

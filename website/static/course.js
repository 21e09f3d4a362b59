// What a page does without a kernel: lets what gives a prediction away wait, keeps bets and predictions in the
// reader's browser. Nothing leaves the page. The sliders have a
// module of their own, explorer.js, which comes from the package.

/** What the reader wrote on these pages; a browser that keeps nothing still lets them write. */
const kept = {
  read(key) {
    try { return JSON.parse(localStorage.getItem(`pooling:${key}`)); } catch { return null; }
  },
  write(key, value) {
    try { localStorage.setItem(`pooling:${key}`, JSON.stringify(value)); } catch { /* private mode */ }
  },
};

// ------------------------------------------------------------------------------ predictions

/** What gives a prediction away: the next output, and the words that follow it up to the next cell or heading. */
function given_away(form) {
  const found = [];
  for (let next = form.nextElementSibling; next; next = next.nextElementSibling) {
    if (next.matches("section, h1, h2, h3, form, .course-exercise")) break;
    if (found.length && next.matches(".cell")) break;
    const output = next.matches(".cell") ? next.querySelector(".cell_output") : null;
    if (output) found.push(output);
    else if (found.length) found.push(next);
  }
  return found;
}

for (const form of document.querySelectorAll(".course-predict")) {
  const [words, button] = [form.querySelector("textarea"), form.querySelector("button")];
  const waiting = given_away(form);
  const before = kept.read(form.dataset.key);
  const reveal = () => {
    waiting.forEach((element) => { element.hidden = false; });
    button.hidden = true;
  };
  form.hidden = false;
  words.value = before?.words ?? "";
  if (!before?.seen) waiting.forEach((element) => { element.hidden = true; });
  else reveal();
  words.addEventListener("input", () => {
    kept.write(form.dataset.key, { ...kept.read(form.dataset.key), words: words.value });
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    kept.write(form.dataset.key, { words: words.value, seen: true });
    reveal();
    waiting[0]?.setAttribute("tabindex", "-1");
    waiting[0]?.focus();
  });
}

// ------------------------------------------------------------------------------------- bets

/** Brier's score of a bet over three answers: claims.brier in the package. */
export function brier(sure, right) {
  const [mine, others] = [sure / 100, (1 - sure / 100) / 2];
  return right ? (1 - mine) ** 2 + 2 * others ** 2 : mine ** 2 + (1 - others) ** 2 + others ** 2;
}

/** The score of an 80 % interval, its width and ten times by how much it misses: claims.interval_score. */
export function intervalScore(low, high, value) {
  return high - low + 10 * Math.max(0, low - value, value - high);
}

/** What is told of a bet once its claim is settled. */
function told(bet, { verdict, number }, nothing) {
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

for (const form of document.querySelectorAll(".course-bet")) {
  const { claim, nothing } = form.dataset;
  const sure = form.querySelector("[name=sure]");
  const show = (bet) => {
    const verdict = document.querySelector(`.course-verdict[data-claim="${claim}"]`);
    form.querySelector(".course-told").textContent = verdict
      ? `Noted. ${told(bet, verdict.dataset, nothing)}` : "Noted. It is settled in a later part.";
    const fold = verdict?.querySelector("details");
    if (!fold) return;
    fold.open = true;
    fold.querySelector("summary").textContent = "The verdict";
  };
  sure?.addEventListener("input", () => {
    sure.nextElementSibling.textContent = `${sure.value} %`;
    sure.setAttribute("aria-valuetext", `${sure.value} %`);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(form);
    const ends = ["from", "to"].map((end) => Number(given.get(end))).sort((a, b) => a - b);
    const bet = sure ? { answer: given.get("answer"), sure: Number(sure.value) } : { low: ends[0], high: ends[1] };
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

for (const part of document.querySelectorAll(".course-embed")) {
  const [code, button, told] = ["textarea", "button", "[role=status]"].map((one) => part.querySelector(one));
  const write = () => {
    const address = new URL(part.dataset.embed, location.href);
    const name = address.pathname.split("/").pop().replace(".html", "");
    if (location.hash.startsWith(`#${name}?`)) address.hash = location.hash;
    code.value = `<iframe src="${address}" width="100%" height="720" allow="fullscreen; clipboard-write" title="An explorer of pooling layers"></iframe>`;
  };
  part.addEventListener("toggle", write);
  button.addEventListener("click", async () => {
    write();
    code.select();
    try { await navigator.clipboard.writeText(code.value); told.textContent = "Copied."; }
    catch { told.textContent = "It is selected: copy it with the keyboard."; }
  });
}

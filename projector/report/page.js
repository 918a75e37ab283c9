"use strict";
(() => {
  const all = JSON.parse(document.getElementById("data").textContent);
  const list = document.getElementById("records");
  const RTL = new Set(["ar", "he", "fa", "ur", "yi", "ps", "sd", "ug", "dv", "ckb"]);
  const HUES = [212, 28, 140, 330, 265, 48, 178, 4, 300, 90, 236, 160];
  const CHUNK = 40;
  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  const short = (text) => (text.length > 64 ? text.slice(0, 61).trimEnd() + "…" : text);

  // Labels get their colours in the order of how common they are.
  const counts = new Map();
  for (const r of all) for (const s of r.s.sp) counts.set(s.l, (counts.get(s.l) || 0) + 1);
  for (const r of all) for (const s of r.t.sp) if (!counts.has(s.l)) counts.set(s.l, 1);
  const labels = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1));
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;

  // Relative luminance and contrast as WCAG 2.2 defines them; a label's name is small text, for
  // which it asks 4.5, so a hue is made darker (on a dark page lighter) until it has that.
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const contrast = (x, y) => (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  const rgb = (hue, saturation, light) => [0, 8, 4].map((n) => {
    const k = (n + hue / 30) % 12;
    return light - saturation * Math.min(light, 1 - light) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  });
  const SATURATION = 62;
  const CARD = luminance(dark ? [0x1e, 0x22, 0x27].map((v) => v / 255) : [1, 1, 1]);
  function readable(hue, light) {
    while (light > 0 && light < 100 &&
      contrast(luminance(rgb(hue, SATURATION / 100, light / 100)), CARD) < 4.6) light += dark ? 1 : -1;
    return `hsl(${hue} ${SATURATION}% ${light}%)`;
  }
  const colour = new Map(labels.map((l, n) => {
    const round = Math.floor(n / HUES.length) % 3;
    return [l, readable(HUES[n % HUES.length], dark ? 66 + 5 * round : 38 - 5 * round)];
  }));
  const off = new Set();

  // --- one side of a record -----------------------------------------------------------------
  // The text is cut at every edge of a span or token; a piece knows its token and its spans.
  function pieces(side) {
    const edges = new Set([0, side.text.length]);
    for (const [a, b] of side.tok) { edges.add(a); edges.add(b); }
    const spans = side.sp.filter((s) => !off.has(s.l));
    for (const s of spans) for (const [a, b] of s.p) { edges.add(a); edges.add(b); }
    const cuts = [...edges].sort((a, b) => a - b);
    const out = [];
    let k = 0;
    for (let n = 0; n + 1 < cuts.length; n++) {
      const [a, b] = [cuts[n], cuts[n + 1]];
      while (k < side.tok.length && side.tok[k][1] <= a) k++;
      const token = k < side.tok.length && side.tok[k][0] <= a ? k : -1;
      const over = spans.filter((s) => s.p.some(([x, y]) => x <= a && b <= y));
      over.sort((x, y) => (y.p[y.p.length - 1][1] - y.p[0][0]) - (x.p[x.p.length - 1][1] - x.p[0][0]));
      out.push({ a, b, token, over });
    }
    return out;
  }

  function paint(side, name) {
    const box = make("p", "text");
    box.dir = RTL.has((side.lang || "").split("-")[0]) ? "rtl" : "ltr";
    if (side.lang) box.lang = side.lang;
    for (const p of pieces(side)) {
      const node = make("span", p.over.length ? "mark" : "", side.text.slice(p.a, p.b));
      node.dataset.side = name;
      node.tabIndex = -1;
      if (p.token >= 0) node.dataset.token = p.token;
      if (p.over.length) {
        const inner = p.over[p.over.length - 1];
        node.dataset.spans = JSON.stringify(p.over.map((s) => s.id));
        node.style.setProperty("--c", colour.get(inner.l));
        // Nested and overlapping spans are told apart by lines below, outermost lowest.
        node.style.boxShadow = p.over
          .map((s, n) => `0 ${2 + 3 * (p.over.length - 1 - n)}px 0 -0.5px ${colour.get(s.l)}`).join(", ");
        for (const s of p.over) {
          if (s.p[0][0] !== p.a) continue;
          node.tabIndex = 0;
          const score = s.c === null ? "" : `, score ${s.c}`;
          node.setAttribute("aria-label", `${s.l}${score}: ${s.p.map(([a, b]) => side.text.slice(a, b)).join(" … ")}`);
          const tag = make("span", "tag" + (s.c !== null && s.c < 0.5 ? " low" : ""), s.c === null ? s.l : `${s.l} ${s.c.toFixed(2)}`);
          tag.style.setProperty("--c", colour.get(s.l));
          box.append(tag);
        }
      }
      box.append(node);
    }
    return box;
  }

  // --- one record ----------------------------------------------------------------------------
  function card(r) {
    const node = make("article");
    node.id = "r-" + r.id;
    node.tabIndex = -1;
    const head = make("h2");
    const name = make("a", "", r.id);
    name.href = "#" + encodeURIComponent(node.id);
    head.append(name);
    for (const [k, v] of Object.entries(r.t.labels)) head.append(make("span", "", `${k}: ${v}`));
    const sides = make("div", "sides");
    sides.append(paint(r.s, "s"), paint(r.t, "t"));
    node.append(head, sides);
    const notes = make("ul", "below");
    for (const [label, a, b] of r.t.r) {
      const li = make("li");
      li.append(make("b", "", short(a)), ` —${label}→ `, make("b", "", short(b)));
      notes.append(li);
    }
    for (const ids of r.t.k) {
      const names = r.t.sp.filter((s) => ids.includes(s.id)).map((s) => s.p.map(([a, b]) => r.t.text.slice(a, b)).join(" … "));
      const li = make("li", "", "one and the same: ");
      li.append(make("b", "", names.join(" = ")));
      notes.append(li);
    }
    for (const [key, side] of [["s", r.s], ["t", r.t]]) {
      for (const q of side.q) {
        const answers = side.sp.filter((s) => q.a.includes(s.id)).map((s) => s.p.map(([a, b]) => side.text.slice(a, b)).join(" … "));
        const li = make("li", "", `${q.lang || side.lang} about ${side.lang}: `);
        const ask = make("button", "question", q.t);
        ask.type = "button";
        ask.dataset.spans = JSON.stringify(q.a);
        ask.dataset.side = key;
        li.append(ask, " ", make("b", "", answers.join(" / ") || "no answer"));
        notes.append(li);
      }
    }
    if (notes.childNodes.length) node.append(notes);
    if (r.d.length) {
      const lost = make("ul", "below lost-list");
      for (const d of r.d) {
        const li = make("li", "", "dropped: ");
        li.append(make("q", "", d.what), ` ${d.label} — ${d.reason}${d.detail ? ", " + d.detail : ""}`);
        lost.append(li);
      }
      node.append(lost);
    }
    node.addEventListener("mouseover", (e) => light(node, r, e.target));
    node.addEventListener("mouseleave", () => dim(node));
    node.addEventListener("focusin", (e) => light(node, r, e.target));
    node.addEventListener("focusout", () => dim(node));
    return node;
  }

  function dim(node) {
    for (const n of node.querySelectorAll(".lit, .word")) n.classList.remove("lit", "word");
  }

  // A span lights its counterpart (the same id) and every word linked to its own words.
  function light(node, r, target) {
    if (!target.dataset || !target.dataset.side) return;
    dim(node);
    const ids = target.dataset.spans ? JSON.parse(target.dataset.spans) : [];
    const chosen = target.tagName === "BUTTON" ? ids : ids.slice(-1);
    const own = new Set();
    for (const n of node.querySelectorAll("[data-spans]")) {
      if (n.tagName === "BUTTON") continue;
      if (!JSON.parse(n.dataset.spans).some((id) => chosen.includes(id))) continue;
      n.classList.add("lit");
      if (n.dataset.side === target.dataset.side && n.dataset.token) own.add(+n.dataset.token);
    }
    if (!chosen.length && target.dataset.token) {
      own.add(+target.dataset.token);
      target.classList.add("lit");
    }
    const from = target.dataset.side === "s" ? 0 : 1;
    const linked = new Set();
    for (const link of r.a) if (own.has(link[from])) linked.add(link[1 - from]);
    const other = from ? "s" : "t";
    for (const n of node.querySelectorAll(`[data-side="${other}"][data-token]`))
      if (linked.has(+n.dataset.token)) n.classList.add("word");
  }

  // --- filters -------------------------------------------------------------------------------
  const control = (id) => document.getElementById(id);
  const least = (r) => {
    if (r.d.some((d) => d.span)) return 0;
    const scores = r.t.sp.map((s) => s.c).filter((c) => c !== null);
    return scores.length ? Math.min(...scores) : 1;
  };
  for (const r of all) {
    r.least = least(r);
    r.words = `${r.id}\n${r.s.text}\n${r.t.text}`.toLowerCase();
  }
  let shown = [];
  let at = 0;

  function refresh() {
    const words = control("search").value.toLowerCase();
    const most = +control("score").value;
    const onlyDropped = control("dropped").checked;
    control("most").textContent = most.toFixed(2);
    shown = all.filter((r) =>
      (!words || r.words.includes(words)) && (!onlyDropped || r.d.length) &&
      (most >= 1 || r.least <= most) &&
      (!off.size || !r.s.sp.length || r.s.sp.some((s) => !off.has(s.l))));
    const order = control("order").value;
    if (order !== "input") shown.sort((a, b) => (order === "worst" ? a.least - b.least : b.least - a.least));
    control("count").textContent = `${shown.length} of ${all.length} shown`;
    list.replaceChildren();
    at = 0;
    extend();
  }

  function extend() {
    const until = Math.min(shown.length, at + CHUNK);
    const part = document.createDocumentFragment();
    for (; at < until; at++) part.append(card(shown[at]));
    list.append(part);
  }

  const chips = new Map();
  function choose(hidden) {
    off.clear();
    for (const l of hidden) off.add(l);
    for (const [l, chip] of chips) chip.setAttribute("aria-pressed", String(!off.has(l)));
    refresh();
  }
  for (const l of labels) {
    const box = make("span", "label");
    const chip = make("button", "chip");
    const only = make("button", "only", "only");
    chip.type = only.type = "button";
    chip.setAttribute("aria-pressed", "true");
    chip.style.setProperty("--c", colour.get(l));
    chip.append(make("i"), `${l} ${counts.get(l)}`);
    chip.addEventListener("click", () => choose(off.has(l) ? [...off].filter((x) => x !== l) : [...off, l]));
    only.setAttribute("aria-label", `only ${l}; once more for all labels`);
    only.addEventListener("click", () => {
      const alone = !off.has(l) && off.size === labels.length - 1;
      choose(alone ? [] : labels.filter((x) => x !== l));
    });
    chips.set(l, chip);
    box.append(chip, only);
    control("labels").append(box);
  }
  for (const id of ["search", "score", "dropped", "order"]) control(id).addEventListener("input", refresh);
  control("choices").addEventListener("submit", (e) => e.preventDefault());
  new IntersectionObserver((seen) => {
    if (seen.some((s) => s.isIntersecting) && at < shown.length) extend();
  }, { rootMargin: "800px" }).observe(control("more"));
  // The bar stays in sight; where it would hide the records, it begins closed.
  if (control("filters").offsetHeight > innerHeight / 4) control("filters").open = false;

  // --- links to a record ---------------------------------------------------------------------
  // Cards are made as the reader comes to them, so a link may point to one that is not made yet,
  // or to one that the filters hide.
  function find(id) {
    let n = shown.findIndex((r) => r.id === id);
    if (n < 0 && all.some((r) => r.id === id)) {
      control("search").value = "";
      control("score").value = "1";
      control("dropped").checked = false;
      choose([]);
      n = shown.findIndex((r) => r.id === id);
    }
    if (n < 0) {
      control("count").textContent = `${id} is not among the ${all.length} records of this page`;
      return;
    }
    while (at <= n) extend();
    go(list.children[n]);
  }

  function go(node) {
    document.documentElement.style.setProperty("--bar", `${control("filters").offsetHeight + 8}px`);
    node.scrollIntoView();
    node.focus({ preventScroll: true });
  }

  function follow() {
    if (!location.hash.startsWith("#r-")) return;
    try { find(decodeURIComponent(location.hash.slice(1)).slice(2)); } catch (e) { if (!(e instanceof URIError)) throw e; }
  }

  // --- keys ----------------------------------------------------------------------------------
  function step(by) {
    const here = document.activeElement && document.activeElement.closest("article");
    let n = here ? [...list.children].indexOf(here) + by : 0;
    if (n >= at && at < shown.length) extend();
    n = Math.max(0, Math.min(n, list.children.length - 1));
    if (list.children[n]) go(list.children[n]);
  }

  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) {
      if (e.key === "Escape") e.target.blur();
      return;
    }
    if (e.key === "j" || e.key === "k") step(e.key === "j" ? 1 : -1);
    else if (e.key === "/") {
      control("filters").open = true;
      control("search").focus();
    } else if ((e.key === "ArrowLeft" || e.key === "ArrowRight") && e.target.dataset.side) {
      // In a text that runs from right to left, the next word is on the left.
      const rtl = getComputedStyle(e.target).direction === "rtl";
      const words = [...e.target.closest(".text, .below").querySelectorAll("[data-token], .mark, button")];
      const next = words[words.indexOf(e.target) + ((e.key === "ArrowRight") !== rtl ? 1 : -1)];
      if (next) next.focus();
    } else return;
    e.preventDefault();
  });

  refresh();
  follow();
  addEventListener("hashchange", follow);
})();

// Search in the list of all tests. Everything else of the page works without it.
(() => {
  "use strict";
  const island = document.getElementById("island");
  if (!island) return;

  const STEP = 200;
  const OUTCOMES = [["good", "✓ passed"], ["bad", "✕ failed"], ["quiet", "– skipped"], ["unsure", "↻ flaky"]];
  const [controls, search, order, found, list, more] =
    ["controls", "search", "order", "found", "list", "more"].map((id) => document.getElementById(id));
  let data, haystack, matches = [], shown = 0;

  // The island is read when somebody first asks for it, so that the page opens at once.
  function load() {
    if (data) return;
    data = JSON.parse(island.textContent);
    haystack = data.tests.map(([suite, name, , , shard]) =>
      `${data.suites[suite]}${name} ${data.shards[shard][0]}`.toLowerCase());
  }

  function find() {
    load();
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = controls.elements.outcome.value;
    matches = [];
    for (let at = 0; at < haystack.length; at += 1) {
      const wanted = outcome === "" || data.tests[at][2] === Number(outcome);
      if (wanted && words.every((word) => haystack[at].includes(word))) matches.push(at);
    }
    if (order.value === "slow") matches.sort((a, b) => data.tests[b][3] - data.tests[a][3]);
    if (order.value === "name") matches.sort((a, b) => (haystack[a] < haystack[b] ? -1 : 1));
    shown = 0;
    list.replaceChildren();
    grow();
  }

  function grow() {
    const next = matches.slice(shown, shown + STEP);
    shown += next.length;
    const rows = document.createDocumentFragment();
    rows.append(...next.map(row));
    list.append(rows);
    more.hidden = shown === matches.length;
    const all = data.tests.length;
    const count = matches.length === all ? number(all) : `${number(matches.length)} of ${number(all)}`;
    const part = shown < matches.length ? `, the first ${number(shown)} shown` : "";
    found.textContent = matches.length ? `${count} tests${part}` : "No test is called so.";
  }

  function row(at) {
    const [suite, name, outcome, millis, shard, id] = data.tests[at];
    const [label, log] = data.shards[shard];
    const [look, word] = OUTCOMES[outcome];
    const head = element("th", "", element("span", "above", data.suites[suite]), title(name, log, id));
    head.scope = "row";
    return element("tr", "", element("td", "", element("span", `mark ${look}`, word)), head,
      element("td", "", label), element("td", "number", duration(millis)));
  }

  function title(name, log, id) {
    if (!log) return element("b", "", name);
    const link = element("a", "", name);
    link.href = id ? `${log}#${id}` : log;
    return link;
  }

  // Texts become text nodes, never markup.
  function element(tag, look, ...children) {
    const made = document.createElement(tag);
    if (look) made.className = look;
    made.append(...children);
    return made;
  }

  function number(value) {
    return value.toLocaleString("en");
  }

  function duration(millis) {
    if (millis < 1000) return `${millis}ms`;
    const tenths = Math.round(millis / 100) / 10;
    if (tenths < 120) return `${tenths}s`;
    const whole = Math.round(millis / 1000);
    const parts = [[Math.floor(whole / 3600), "h"], [Math.floor(whole / 60) % 60, "m"], [whole % 60, "s"]];
    return parts.filter(([value]) => value > 0).map(([value, unit]) => value + unit).join("");
  }

  controls.hidden = false;
  more.hidden = found.textContent === "";
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("input", find);
  more.addEventListener("click", () => {
    const first = shown;
    if (data) grow();
    else find();
    list.children[first]?.querySelector("a")?.focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input:not([type=radio]), select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    }
    if (event.key === "Escape" && event.target === search && search.value) {
      event.preventDefault();
      search.value = "";
      find();
    }
  });
})();

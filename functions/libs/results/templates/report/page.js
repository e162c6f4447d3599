// Links of a page behind a signed address, and search in the list of all tests. Everything else works without it.
(() => {
  "use strict";

  // A signature holds for one object, so what lies beside the page cannot be opened by a link from it.
  const signed = new URLSearchParams(location.search).has("X-Amz-Signature");
  const host = /^(?:(.+)\.)?s3\.([a-z0-9-]+)\.amazonaws\.com$/.exec(location.hostname);

  function address(link) {
    const url = new URL(link, location.href);
    if (!signed || !host || url.host !== location.host) return link;
    const path = decodeURIComponent(url.pathname).slice(1);
    const slash = host[1] ? -1 : path.indexOf("/");
    const bucket = host[1] ?? path.slice(0, slash);
    const key = encodeURIComponent(path.slice(slash + 1));
    return `https://${host[2]}.console.aws.amazon.com/s3/object/${bucket}?region=${host[2]}&prefix=${key}`;
  }

  if (signed && host) {
    document.getElementById("alone").hidden = false;
    for (const link of document.querySelectorAll("a[href]:not([href^='#'])")) link.href = address(link.getAttribute("href"));
  }

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
    found.textContent = matches.length ? `${count} tests${part}` : "No test has such a name.";
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
    link.href = address(id ? `${log}#${id}` : log);
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

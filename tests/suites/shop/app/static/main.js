// Routes: which page an address shows, and how one page gives way to the next without a reload.

import { api } from "./api.js";
import { busy, h } from "./dom.js";
import { cartPage } from "./pages/cart.js";
import { catalogue } from "./pages/catalogue.js";
import { checkout } from "./pages/checkout.js";
import { order } from "./pages/order.js";
import { product } from "./pages/product.js";

const routes = [
  [/^\/$/, catalogue],
  [/^\/product\/([^/]+)$/, product],
  [/^\/cart$/, cartPage],
  [/^\/checkout$/, checkout],
  [/^\/order\/([^/]+)$/, order],
];

const main = document.querySelector("main");
const search = document.querySelector(".search input");
let turn = 0;

function lone(name, title, words) {
  return [title, h("section", { class: "lone", "data-test": name },
    h("h1", {}, title), h("p", {}, words), h("a", { class: "button", href: "/" }, "Back to the shop"))];
}

const missing = () => lone("not-found", "This shelf is empty.", "There is nothing at this address, and perhaps there never was.");
const broken = () => lone("broken", "The kiln is cold.", "The shop does not answer. Please try again in a minute.");

async function page(address) {
  for (const [pattern, view] of routes) {
    const match = pattern.exec(address.pathname);
    if (match) {
      try {
        return await view({ query: address.searchParams, go }, ...match.slice(1).map(decodeURIComponent));
      } catch (error) {
        if (error.status !== 404) return broken();
      }
    }
  }
  return missing();
}

/** Shows the page of the present address; of two calls at once the later one wins. */
async function show() {
  turn += 1;
  const mine = turn;
  const address = new URL(location.href);
  await busy(async () => {
    const [title, ...content] = await page(address);
    if (mine !== turn) return;
    document.title = `${title} · Slow Kiln`;
    main.replaceChildren(...content);
    if (document.activeElement !== search) search.value = address.searchParams.get("search") ?? "";
  });
}

/** Goes to an address of the shop; `replace` leaves no step for the back button. */
export function go(address, { replace = false, keepPlace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  if (!keepPlace) scrollTo(0, 0);
  document.querySelector(".toast").hidden = true;
  return show();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/']");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute("href"), { keepPlace: link.dataset.keepPlace !== undefined });
});

addEventListener("popstate", show);

let typing;
let settle = () => {};
search.addEventListener("input", () => {
  clearTimeout(typing);
  settle();
  // The page is busy from the first letter on, and not only once the shop is asked.
  busy(() => new Promise((done) => {
    settle = done;
    typing = setTimeout(() => done(find()), 180);
  }));
});
search.form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  settle(find());
});

function find() {
  const words = search.value.trim();
  const query = new URLSearchParams(words ? { search: words } : {});
  return go(words ? `/?${query}` : "/", { replace: location.pathname === "/" && location.search !== "" });
}

busy(() => api.cart());
show();

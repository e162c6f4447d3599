// The catalogue: what is for sale, by category, by search and in the order one likes.

import { api } from "../api.js";
import { h, price } from "../dom.js";
import { draw, shelf } from "../pottery.js";

const CATEGORIES = { "": "Everything", cups: "Cups", bowls: "Bowls", plates: "Plates", vases: "Vases", pouring: "Pouring" };
const SORTS = { "": "Our favourites first", "price-up": "Price, low to high", "price-down": "Price, high to low", name: "Name" };

/** The address of the catalogue with some of its choices changed. */
function address(query, changes) {
  const next = new URLSearchParams(query);
  for (const [key, value] of Object.entries(changes)) {
    if (value) next.set(key, value);
    else next.delete(key);
  }
  return next.size ? `/?${next}` : "/";
}

export async function catalogue({ query, go }) {
  const [found, all] = await Promise.all([api.products(query), api.products("")]);
  const plain = !query.get("search") && !query.get("category");
  return ["Stoneware",
    plain && hero(all.products),
    h("section", { class: "catalogue", "data-test": "catalogue" },
      choices(query, go),
      headline(query, found.total),
      found.total ? h("ul", { class: "grid" }, found.products.map(card)) : nothing()),
  ].filter(Boolean);
}

function hero(products) {
  const look = (id) => products.find((product) => product.id === id).look;
  const pieces = [[look("tide-ramen-bowl"), -34, 0.64], [look("juniper-bud-vase"), 74, 0.96],
    [look("quiet-teapot"), 268, 0.8], [look("harbour-mug"), 502, 0.54]];
  return h("section", { class: "hero" },
    h("div", { class: "words" },
      h("p", { class: "eyebrow" }, "Firing no. 14 is out of the kiln"),
      h("h1", {}, "Stoneware for", h("br"), "the everyday table."),
      h("p", { class: "lead" }, "Twelve forms, thrown one at a time and glazed by hand. Made to be used, washed and used again."),
      h("a", { class: "button", href: "/product/harbour-mug" }, "Meet the Harbour Mug")),
    h("div", { class: "shelf", html: shelf(pieces, 710, 450) }));
}

function choices(query, go) {
  const chosen = query.get("category") ?? "";
  const chips = Object.entries(CATEGORIES).map(([category, word]) => h("a", {
    class: "chip", href: address(query, { category }), "data-keep-place": true,
    "aria-current": category === chosen && "true", "data-test": `category-${category || "all"}`,
  }, word));
  const sort = h("select", {
    "aria-label": "Order", "data-test": "sort",
    onchange: (event) => go(address(query, { sort: event.target.value }), { keepPlace: true }),
  }, Object.entries(SORTS).map(([value, word]) => h("option", { value, selected: value === (query.get("sort") ?? "") }, word)));
  return h("div", { class: "choices" }, h("nav", { "aria-label": "Categories" }, chips), sort);
}

function headline(query, total) {
  const search = query.get("search");
  const pieces = total === 1 ? "1 piece" : `${total} pieces`;
  return h("p", { class: "found", role: "status", "data-test": "found" }, search ? `${pieces} for “${search}”` : pieces);
}

function card({ id, name, glaze, price: cents, stock, look }) {
  const few = stock === 0 ? "Sold out" : stock < 5 && `Only ${stock} left`;
  return h("li", {}, h("a", { class: "card", href: `/product/${id}`, "data-test": "card", "data-product": id },
    h("div", { class: "picture", style: `--wall:${look.wall}`, html: draw(look) }),
    few && h("span", { class: stock ? "tag few" : "tag" }, few),
    h("div", { class: "line" }, h("h2", { "data-test": "card-name" }, name), h("span", { class: "price", "data-test": "card-price" }, price(cents))),
    h("p", { class: "glaze" }, glaze)));
}

function nothing() {
  return h("div", { class: "lone", "data-test": "nothing-found" },
    h("h2", {}, "Nothing on the shelf for that."),
    h("p", {}, "Try a colour, such as blue, or a form, such as bowl."),
    h("a", { class: "button quiet", href: "/" }, "Show everything"));
}

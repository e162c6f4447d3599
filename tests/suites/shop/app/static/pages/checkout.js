// The checkout: a form that the shop checks; what it finds is shown beside the fields.

import { api } from "../api.js";
import { busy, h, price } from "../dom.js";
import { draw } from "../pottery.js";
import { sums } from "./cart.js";

const PARTS = [
  ["Where to", [
    ["name", "Full name", "wide", { autocomplete: "name" }],
    ["email", "Email", "wide", { autocomplete: "email", inputmode: "email" }],
    ["street", "Street and number", "wide", { autocomplete: "street-address" }],
    ["postcode", "Postcode", "", { autocomplete: "postal-code", inputmode: "numeric" }],
    ["city", "City", "", { autocomplete: "address-level2" }],
  ]],
  ["Payment", [
    ["card", "Card number", "wide", { inputmode: "numeric", placeholder: "0000 0000 0000 0000" }],
    ["expiry", "Valid until", "", { placeholder: "MM/YY" }],
    ["cvc", "Security code", "", { inputmode: "numeric", placeholder: "CVC" }],
  ]],
];

export async function checkout({ go }) {
  const cart = await api.cart();
  if (!cart.lines.length) {
    return ["Checkout", h("section", { class: "lone", "data-test": "empty-cart" },
      h("h1", {}, "Nothing to check out yet."), h("a", { class: "button", href: "/" }, "Go to the shop"))];
  }
  return ["Checkout", h("div", { class: "checkout-page" },
    h("h1", {}, "Checkout"),
    h("div", { class: "columns" }, form(cart, go), h("aside", { class: "panel" },
      h("h2", {}, "Your order"), h("ul", { class: "brief" }, cart.lines.map(brief)), sums(cart))))];
}

function brief(line) {
  return h("li", {}, h("span", { class: "picture tiny", style: `--wall:${line.look.wall}`, html: draw(line.look) }),
    h("span", {}, `${line.quantity} × ${line.name}`), h("span", { class: "price" }, price(line.total)));
}

function form(cart, go) {
  const banner = h("p", { class: "problem banner", role: "alert", "data-test": "banner", hidden: true });
  const element = h("form", { class: "form", novalidate: true, "data-test": "checkout" }, banner,
    PARTS.map(([title, fields]) => h("fieldset", {}, h("legend", {}, title), h("div", { class: "fields" }, fields.map(field)))),
    h("button", { class: "button wide", "data-test": "place-order" }, `Pay ${price(cart.total)}`));
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(() => send(element, banner, go));
  });
  return element;
}

function field([name, word, width, attributes]) {
  return h("label", { class: width, "data-field": name }, h("span", {}, word),
    h("input", { name, maxlength: 100, "data-test": name, "aria-describedby": `${name}-problem`, ...attributes }),
    h("small", { id: `${name}-problem`, role: "alert", "data-test": `${name}-problem`, hidden: true }));
}

async function send(element, banner, go) {
  const button = element.querySelector("button");
  button.disabled = true;
  try {
    const placed = await api.order(Object.fromEntries(new FormData(element)));
    await api.cart();
    await go(`/order/${placed.number}`, { replace: true });
  } catch (error) {
    button.disabled = false;
    banner.textContent = error.message;
    banner.hidden = false;
    mark(element, error.fields ?? {});
  }
}

/** Shows a message beside each field that is wrong, and puts the cursor into the first. */
function mark(element, problems) {
  for (const label of element.querySelectorAll("label")) {
    const [input, message] = [label.querySelector("input"), label.querySelector("small")];
    const problem = problems[label.dataset.field] ?? "";
    message.textContent = problem;
    message.hidden = !problem;
    if (problem) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
  element.querySelector("[aria-invalid]")?.focus();
}

// The cart: its lines, a discount code, and the sums that the shop worked out.

import { api } from "../api.js";
import { busy, h, price } from "../dom.js";
import { draw } from "../pottery.js";

export async function cartPage() {
  const page = h("div", { class: "cart-page" });
  fill(page, await api.cart());
  return ["Cart", page];
}

function fill(page, cart) {
  if (!cart.lines.length) {
    page.replaceChildren(h("section", { class: "lone", "data-test": "empty-cart" },
      h("h1", {}, "Your cart is empty."),
      h("p", {}, "There is a shelf full of things that would like to change that."),
      h("a", { class: "button", href: "/" }, "Go to the shop")));
    return;
  }
  const problem = h("p", { class: "problem", role: "alert", "data-test": "problem", hidden: true });
  const change = (work) => busy(async () => {
    try {
      fill(page, await work());
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
  page.replaceChildren(h("h1", {}, "Your cart"), h("div", { class: "columns" },
    h("div", {}, problem, h("ul", { class: "lines" }, cart.lines.map((line) => row(line, change)))),
    h("aside", { class: "panel" },
      towardsFree(cart),
      sums(cart),
      code(cart, change),
      h("a", { class: "button wide", href: "/checkout", "data-test": "to-checkout" }, "Go to checkout"))));
}

function row(line, change) {
  const set = (quantity) => change(() => api.put(line.id, quantity));
  return h("li", { "data-test": "line", "data-product": line.id },
    h("a", { class: "picture small", href: `/product/${line.id}`, style: `--wall:${line.look.wall}`, html: draw(line.look) }),
    h("div", { class: "what" },
      h("a", { href: `/product/${line.id}` }, h("h2", {}, line.name)),
      h("p", { class: "glaze" }, line.glaze),
      h("button", { class: "plain", onclick: () => change(() => api.take(line.id)), "data-test": "remove" }, "Remove")),
    h("div", { class: "stepper" },
      h("button", { "aria-label": "One less", onclick: () => set(line.quantity - 1), "data-test": "less" }, "−"),
      h("span", { "data-test": "line-quantity" }, line.quantity),
      h("button", { "aria-label": "One more", onclick: () => set(line.quantity + 1), "data-test": "more" }, "+")),
    h("span", { class: "price", "data-test": "line-total" }, price(line.total)));
}

function towardsFree({ subtotal, discount, free_shipping_from: goal }) {
  const spent = subtotal - discount;
  const words = spent >= goal ? "Shipping is on us." : `${price(goal - spent)} more and shipping is free.`;
  return h("div", { class: "towards", "data-test": "towards-free" }, h("p", {}, words),
    h("div", { class: "bar" }, h("div", { style: `width:${Math.min(100, (100 * spent) / goal)}%` })));
}

/** Subtotal, discount, shipping and total as a list; the checkout shows it too. */
export function sums({ subtotal, discount, shipping, total, code: used }) {
  const entry = (word, value, name) => [h("dt", {}, word), h("dd", { "data-test": name }, value)];
  return h("dl", { class: "sums" },
    entry("Subtotal", price(subtotal), "subtotal"),
    discount > 0 && entry(`Discount (${used})`, `−${price(discount)}`, "discount"),
    entry("Shipping", shipping ? price(shipping) : "Free", "shipping"),
    h("dt", { class: "grand" }, "Total"), h("dd", { class: "grand", "data-test": "total" }, price(total)));
}

function code(cart, change) {
  if (cart.code) {
    return h("p", { class: "code-used" }, h("strong", {}, cart.code), " is applied. ",
      h("button", { class: "plain", onclick: () => change(() => api.code("")), "data-test": "drop-code" }, "Take it away"));
  }
  const input = h("input", { name: "code", placeholder: "Discount code", "aria-label": "Discount code", autocomplete: "off", "data-test": "code" });
  return h("form", { class: "code", onsubmit: (event) => { event.preventDefault(); change(() => api.code(input.value)); } },
    input, h("button", { class: "button quiet", "data-test": "use-code" }, "Use"));
}

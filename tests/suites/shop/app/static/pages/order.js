// The confirmation of an order.

import { api } from "../api.js";
import { h, price } from "../dom.js";
import { draw } from "../pottery.js";
import { sums } from "./cart.js";

const TICK = `<svg viewBox="0 0 64 64" aria-hidden="true"><circle cx="32" cy="32" r="32" fill="#5f7561"/><path d="m19 33 9 9 18-20" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

export async function order(_page, number) {
  const placed = await api.placed(number);
  return [`Order ${number}`, h("article", { class: "order", "data-test": "order" },
    h("div", { class: "tick", html: TICK }),
    h("h1", {}, `Thank you, ${placed.name.split(" ")[0]}.`),
    h("p", { class: "lead" }, "Order ", h("strong", { "data-test": "order-number" }, placed.number),
      " is with us. A confirmation is on its way to ", h("strong", { "data-test": "order-email" }, placed.email), "."),
    h("ol", { class: "steps" }, h("li", { class: "done" }, "Ordered"), h("li", {}, "Packed in wood wool"), h("li", {}, "On its way")),
    h("div", { class: "panel" },
      h("ul", { class: "brief", "data-test": "order-lines" }, placed.lines.map((line) => h("li", {},
        h("span", { class: "picture tiny", style: `--wall:${line.look.wall}`, html: draw(line.look) }),
        h("span", {}, `${line.quantity} × ${line.name}`), h("span", { class: "price" }, price(line.total))))),
      sums(placed),
      h("div", { class: "facts" },
        h("div", {}, h("h2", {}, "Goes to"), h("p", { "data-test": "order-address" }, `${placed.name}, ${placed.street}, ${placed.postcode} ${placed.city}`)),
        h("div", {}, h("h2", {}, "Paid with"), h("p", { "data-test": "order-card" }, `Card ${placed.card}`)))),
    h("a", { class: "button quiet", href: "/" }, "Back to the shop"))];
}

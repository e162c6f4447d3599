// One product: its picture, its words and the way into the cart.

import { api } from "../api.js";
import { busy, h, price, toast } from "../dom.js";
import { draw } from "../pottery.js";

export async function product(_page, id) {
  const found = await api.product(id);
  return [found.name, h("article", { class: "product", "data-test": "product" },
    h("div", { class: "picture large", style: `--wall:${found.look.wall}`, html: draw(found.look) }),
    h("div", { class: "about" },
      h("a", { class: "back", href: `/?category=${found.category}` }, `← All ${found.category}`),
      h("h1", { "data-test": "product-name" }, found.name),
      h("p", { class: "price", "data-test": "product-price" }, price(found.price)),
      h("p", { class: "lead" }, found.description),
      h("dl", {}, h("dt", {}, "Glaze"), h("dd", {}, found.glaze), h("dt", {}, "Size"), h("dd", {}, found.size),
        h("dt", {}, "Care"), h("dd", {}, "Dishwasher and oven up to 180 °C")),
      buy(found)))];
}

function buy(found) {
  if (!found.stock) return h("button", { class: "button wide", disabled: true, "data-test": "add" }, "Sold out");
  const quantity = h("input", { type: "number", min: 1, max: found.stock, value: 1, "aria-label": "Quantity", "data-test": "quantity" });
  const step = (by) => { quantity.value = Math.min(Math.max(Number(quantity.value) + by, 1), found.stock); };
  const problem = h("p", { class: "problem", role: "alert", "data-test": "problem", hidden: true });
  return h("form", { class: "buy", onsubmit: (event) => { event.preventDefault(); add(found, Number(quantity.value), problem); }, novalidate: true },
    h("div", { class: "stepper" },
      h("button", { type: "button", "aria-label": "One less", onclick: () => step(-1) }, "−"),
      quantity,
      h("button", { type: "button", "aria-label": "One more", onclick: () => step(1), "data-test": "more" }, "+")),
    h("button", { class: "button", "data-test": "add" }, "Add to cart"),
    problem,
    h("p", { class: "stock", "data-test": "stock" }, found.stock < 5 ? `Only ${found.stock} left` : "In stock, leaves the studio tomorrow"));
}

async function add(found, quantity, problem) {
  problem.hidden = true;
  await busy(async () => {
    try {
      const cart = await api.cart();
      const present = cart.lines.find((line) => line.id === found.id)?.quantity ?? 0;
      await api.put(found.id, present + quantity);
      toast(`${found.name} is in your cart`);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
}

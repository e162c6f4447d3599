// The shop's JSON API.

/** A refusal by the API, with its word for machines and the fields of a form that are wrong. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.message);
    this.status = status;
    this.code = body.error;
    this.fields = body.fields ?? {};
  }
}

async function ask(method, path, body) {
  const answer = await fetch(`/api/${path}`, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body && JSON.stringify(body),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Refusal(answer.status, json);
  return json;
}

async function cart(method = "GET", path = "cart", body = undefined) {
  const found = await ask(method, path, body);
  const count = document.querySelector(".count");
  count.textContent = found.count;
  count.hidden = found.count === 0;
  return found;
}

export const api = {
  products: (query) => ask("GET", `products?${query}`),
  product: (id) => ask("GET", `products/${encodeURIComponent(id)}`),
  cart: () => cart(),
  put: (id, quantity) => cart("PUT", `cart/${encodeURIComponent(id)}`, { quantity }),
  take: (id) => cart("DELETE", `cart/${encodeURIComponent(id)}`),
  code: (code) => cart("PUT", "cart/code", { code }),
  order: (form) => ask("POST", "orders", form),
  placed: (number) => ask("GET", `orders/${encodeURIComponent(number)}`),
};

// Small builders for the page: elements, prices, and the mark that says whether it is busy.

/** An element with attributes, listeners (`onclick`) and children; false children are left out. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "html") element.innerHTML = value;
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== false && child != null));
  return element;
}

const euros = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });

/** Cents as a price: 2400 is €24.00. */
export const price = (cents) => euros.format(cents / 100);

let working = 0;

/** Marks the page as busy until the work is done, for screen readers and for tests. */
export async function busy(work) {
  const main = document.querySelector("main");
  working += 1;
  main.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    working -= 1;
    if (working === 0) main.setAttribute("aria-busy", "false");
  }
}

let fading;

/** Shows a short message at the foot of the window. */
export function toast(text) {
  const element = document.querySelector(".toast");
  element.textContent = text;
  element.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { element.hidden = true; }, 4000);
}

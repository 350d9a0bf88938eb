// Takes the pictures of the documentation: node pictures.mjs FOLDER. Each is a page of a fresh demo.
import { join } from "node:path";
import { becomeOwner, enter, open, visit } from "./stage.mjs";

const PHONE = { width: 390, height: 780 };
const DESK = { width: 1280, height: 800 };
// A picture: who looks, at what, how. A new one is a new line.
const PICTURES = [
  { name: "sign-in", as: "nobody", path: "/sign-in", size: PHONE, theme: "light" },
  { name: "counter", as: "cashier", path: "/", size: PHONE, theme: "light" },
  { name: "people", as: "owner", path: "/console/people", size: DESK, theme: "light" },
  { name: "console", as: "owner", path: "/console", size: DESK, theme: "light" },
  { name: "order", as: "owner", path: "/console/orders/{order}", size: DESK, theme: "light" },
  { name: "orders", as: "owner", path: "/console/orders", size: PHONE, theme: "dark" },
  { name: "suppliers", as: "owner", path: "/console/suppliers/sandbox", size: DESK, theme: "light" },
  { name: "product", as: "owner", path: "/console/catalog/at-t-usa", size: DESK, theme: "dark" },
  { name: "keys", as: "manager", path: "/keys", size: DESK, theme: "light" },
  { name: "developers", as: "manager", path: "/developers", size: DESK, theme: "dark" },
  { name: "profile", as: "owner", path: "/profile", size: DESK, theme: "dark" },
];

// What the demo sells before: deliveries, one that is refused, one that nobody knows about. Their last digits say which.
const ENDS = ["4567", "1001", "1002", "0001", "1003", "1004", "1005", "0002", "1006", "1007", "1008", "1009", "0007", "1010"];

const folder = process.argv[2];
const stage = await open(["--set", "orders.stuck_after_s=1"]);
const headers = { authorization: `Bearer ${stage.ready.api_key}`, "content-type": "application/json" };
const ask = async (path, options = {}) => (await fetch(stage.ready.base_url + path, { headers, ...options })).json();
const sell = async (end) => {
  const products = [{ product_id: "at-t-usa", value: 25, phone_number: `+1555123${end}` }];
  const body = JSON.stringify({ products, payment_method: "balance", auto_pay: true, reference: `till-${end}` });
  return ask("/invoices", { method: "POST", body });
};
const sold = [];
for (const end of ENDS) sold.push(await sell(end));
const refused = sold[ENDS.indexOf("0002")].data.orders[0].id;
for (let ended = false; !ended; ) ended = (await ask(`/orders/${refused}`)).data.status !== "pending";
const people = { nobody: await visit(stage), owner: await visit(stage), manager: await visit(stage), cashier: await visit(stage) };
await becomeOwner(stage, people.owner);
for (const role of ["manager", "cashier"]) await enter(people[role], stage.ready[`${role}_url`]);
for (const { name, as, path, size, theme } of PICTURES) {
  const page = people[as];
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: theme });
  await page.goto(stage.root + path.replace("{order}", refused));
  await page.screenshot({ path: join(folder, `${name}.png`) });
  console.log(join(folder, `${name}.png`));
}
await stage.close();

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
  { name: "suppliers", as: "owner", path: "/console/suppliers/sandbox", size: DESK, theme: "light" },
  { name: "product", as: "owner", path: "/console/catalog/at-t-usa", size: DESK, theme: "dark" },
  { name: "keys", as: "manager", path: "/keys", size: DESK, theme: "light" },
  { name: "developers", as: "manager", path: "/developers", size: DESK, theme: "dark" },
  { name: "profile", as: "owner", path: "/profile", size: DESK, theme: "dark" },
];

const folder = process.argv[2];
const stage = await open();
const people = { nobody: await visit(stage), owner: await visit(stage), manager: await visit(stage), cashier: await visit(stage) };
await becomeOwner(stage, people.owner);
for (const role of ["manager", "cashier"]) await enter(people[role], stage.ready[`${role}_url`]);
for (const { name, as, path, size, theme } of PICTURES) {
  const page = people[as];
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: theme });
  await page.goto(stage.root + path);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  console.log(join(folder, `${name}.png`));
}
await stage.close();

// What every page keeps, on a phone and on a desk, in light and in dark.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PAGES } from "./pages.mjs";
import { becomeOwner, enter, faults, open, overhang, visit } from "./stage.mjs";

const WIDTHS = [360, 1440];
const people = {};
let stage;

before(async () => {
  stage = await open();
  people.nobody = await visit(stage);
  people.owner = await visit(stage);
  await becomeOwner(stage, people.owner);
  for (const role of ["manager", "cashier"]) {
    people[role] = await visit(stage);
    await enter(people[role], stage.ready[`${role}_url`]);
  }
});
after(() => stage.close());

for (const { as, path } of PAGES) {
  test(`${path}, as ${as}, is whole, reachable for everybody and asks nobody else`, async () => {
    const page = people[as];
    page.wrong.length = 0;
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(stage.root + path.replace("{account}", stage.ready.account_id));
        assert.equal(await overhang(page), 0, `at ${width} px it scrolls sideways`);
        assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, "one heading names the page");
        assert.deepEqual(await faults(page), [], `${width} px, ${colorScheme}`);
      }
    }
    assert.deepEqual(page.wrong, []);
  });
}

// A top-up that nobody knows about: the shop sees that it is being confirmed, two people settle it, the money is back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomeOwner, enter, faults, invite, open, overhang, visit } from "./stage.mjs";

// Not delivered, the answer is lost; and here no record proves nothing for a long while.
const UNCLEAR = "%2B15551230007";
const SETTINGS = ["orders.two_person=true", "orders.stuck_after_s=1", "sandbox.absence_after_ms=600000"];

let stage, owner, operator, cashier;

before(async () => {
  stage = await open(SETTINGS.flatMap((setting) => ["--set", setting]));
  owner = await visit(stage);
  await becomeOwner(stage, owner);
  operator = await invite(stage, owner, { name: "Olga Operator", login: "olga", role: "operator" });
  cashier = await visit(stage);
  await enter(cashier, stage.ready.cashier_url);
});
after(() => stage.close());

const isWhole = async (page) => {
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    assert.equal(await overhang(page), 0, `${page.url()} scrolls sideways at ${width} px`);
    assert.deepEqual(await faults(page), [], `${page.url()} at ${width} px`);
  }
};

test("the shop is told that its top-up is being confirmed", async () => {
  await cashier.goto(`${stage.root}/topups/new?number=${UNCLEAR}&product=at-t-usa&package=25`);
  await cashier.getByRole("button", { name: /Top up for/ }).click();
  await cashier.getByRole("heading", { name: "Being confirmed" }).waitFor();
});

test("one person says with evidence that nothing arrived, and nothing happens yet", async () => {
  await owner.goto(`${stage.root}/console/orders?q=${UNCLEAR}`);
  await owner.locator("#found tbody a").first().click();
  await owner.getByRole("link", { name: "Say what became of it" }).click();
  await isWhole(owner);
  await owner.getByRole("button", { name: "Propose it" }).click();
  await owner.getByText("Choose what became of it").waitFor();
  await owner.getByLabel("It has nothing: money back").check();
  await owner.getByLabel("Evidence").fill("Their support says so, ticket 4711");
  await owner.getByRole("button", { name: "Propose it" }).click();
  await owner.getByText(/proposes: It has nothing/).waitFor();
  await isWhole(owner);
  await cashier.reload();
  assert.match(await cashier.textContent("h1"), /Being confirmed/);
});

test("who has proposed it can't agree to it", async () => {
  await owner.goto(`${stage.root}/console/waiting`);
  await isWhole(owner);
  await owner.getByRole("link", { name: "It has nothing: money back" }).click();
  await owner.getByText("somebody else has to agree").waitFor();
  assert.equal(await owner.getByRole("button", { name: "Agree: do it" }).count(), 0);
});

test("a second person agrees, and the shop sees the money back", async () => {
  await operator.goto(`${stage.root}/console`);
  await operator.getByRole("link", { name: "It has nothing: money back" }).click();
  await operator.getByLabel("How do you know?").fill("Saw the ticket myself");
  await operator.getByRole("button", { name: "Agree: do it" }).click();
  await operator.getByText("Refunded").first().waitFor();
  await isWhole(operator);
  await cashier.getByText("are back on your balance").waitFor();
  for (const page of [owner, operator, cashier]) assert.deepEqual(page.wrong, []);
});

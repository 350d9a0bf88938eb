// The counter, as a cashier uses it: from the first start to the first top-up, a refusal, and many at once.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { becomeOwner, enter, open, visit } from "./stage.mjs";

let stage, cashier;

before(async () => {
  stage = await open();
  cashier = await visit(stage, { viewport: { width: 390, height: 800 } });
  await enter(cashier, stage.ready.cashier_url);
});
after(() => stage.close());

const balance = async (page) => (await page.textContent("#till .till-balance")).trim();

// Types a number and buys the amount that is offered first, up to the page that follows it.
const sell = async (page, number) => {
  await page.goto(`${stage.root}/`);
  await page.getByLabel("Phone number").pressSequentially(number);
  await page.locator(".amount").first().click();
  await page.getByRole("heading", { name: "Is everything right?" }).waitFor();
  const digits = number.replaceAll(/[^+\d]/g, "");
  assert.equal((await page.textContent(".ticket-number")).trim(), digits, "the number is repeated");
  const price = await page.getByRole("button", { name: "Top up for" }).textContent();
  await page.getByRole("button", { name: "Top up for" }).click();
  await page.waitForURL("**/topups/*");
  return price.replace("Top up for", "").trim();
};

test("the first start leads to the first top-up, and whoever runs it sees it", async () => {
  const owner = await visit(stage);
  await becomeOwner(stage, owner);
  const price = await sell(cashier, "+1 555 765 4321");
  await cashier.getByRole("heading", { name: "Delivered" }).waitFor();
  await cashier.getByRole("button", { name: "Print" }).waitFor();
  assert.match(await cashier.textContent(".ticket"), new RegExp(price.replace("$", "\\$")));
  await cashier.getByRole("link", { name: "Next customer" }).click();
  await cashier.getByText("+1 555-765-4321").or(cashier.getByText("(555) 765-4321")).first().waitFor();

  await owner.goto(`${stage.root}/console/orders?q=%2B15557654321`);
  await owner.locator('main a[href^="/console/orders/ord_"]').first().click();
  await owner.waitForURL("**/console/orders/ord_*");
  assert.match(await owner.textContent("main"), /[Dd]elivered/);
  assert.deepEqual([...owner.wrong, ...cashier.wrong], []);
});

test("what is refused is not paid for, and the page says that the money is back", async () => {
  await cashier.goto(`${stage.root}/`);
  const before = await balance(cashier);
  const price = await sell(cashier, "+1 555 123 0001");
  await cashier.getByRole("heading", { name: "Not delivered" }).waitFor();
  assert.ok((await cashier.textContent(".ticket")).includes(`${price} are back on your balance.`));
  await cashier.goto(`${stage.root}/`);
  assert.equal(await balance(cashier), before);
  assert.deepEqual(cashier.wrong, []);
});

test("a file is checked line by line, bought after a question, followed, and its results downloaded", async () => {
  const manager = await visit(stage);
  await enter(manager, stage.ready.manager_url);
  await manager.getByRole("link", { name: "From a file" }).or(manager.locator('nav a[href="/bulk"]')).first().click();
  const lines = ["phone_number,product_id,value,reference", "+15557650001x,,10,bad", "+15557651001,,10,first", "+15557651002,,10,second"];
  const file = { name: "monday.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) };
  await manager.getByLabel("File").setInputFiles(file);
  await manager.getByRole("button", { name: "Check the file" }).click();
  await manager.getByRole("heading", { name: "monday.csv" }).waitFor();
  assert.equal(await manager.locator("td .error").count(), 1, "the line that is wrong says why");
  await manager.getByRole("button", { name: "Buy 2 lines" }).click();
  await manager.getByRole("button", { name: "Yes, buy" }).click();
  await manager.locator("#batch:not([data-poll])").waitFor();
  assert.equal(await manager.locator('td a[href^="/topups/"]', { hasText: "Delivered" }).count(), 2);
  const download = manager.waitForEvent("download");
  await manager.getByRole("link", { name: "Download the results" }).click();
  const results = readFileSync(await (await download).path(), "utf8");
  assert.match(results, /\+15557651001.*delivered/);
  assert.deepEqual(manager.wrong, []);
});

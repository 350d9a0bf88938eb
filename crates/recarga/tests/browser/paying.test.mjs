// An invoice that a program has made unpaid: looked at, paid with one click too many, and another one cancelled.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, faults, open, overhang, visit } from "./stage.mjs";

const NUMBER = "+15551234567";
let stage, cashier;

before(async () => {
  stage = await open();
  cashier = await visit(stage);
  await enter(cashier, stage.ready.cashier_url);
});
after(() => stage.close());

const ask = async (path, options = {}) => {
  const headers = { authorization: `Bearer ${stage.ready.api_key}`, "content-type": "application/json" };
  const answer = await fetch(stage.ready.base_url + path, { headers, ...options });
  return (await answer.json()).data;
};

const unpaid = (value) => {
  const body = JSON.stringify({ products: [{ product_id: "at-t-usa", value, phone_number: NUMBER }] });
  return ask("/invoices", { method: "POST", body });
};

test("an unpaid invoice is found, repeated in large type, and paid once however often it is clicked", async () => {
  const { id, payment } = await unpaid(25);
  const before = (await ask("/accounts/balance")).balance;
  await cashier.goto(`${stage.root}/orders?status=created`);
  await cashier.getByRole("row", { name: new RegExp(NUMBER.slice(1)) }).getByRole("link").first().click();
  await cashier.locator(`a[href="/invoices/${id}"]`).click();
  await cashier.getByRole("link", { name: /^Pay/ }).click();
  for (const width of [360, 1440]) {
    await cashier.setViewportSize({ width, height: 800 });
    assert.equal(await overhang(cashier), 0, `at ${width} px it scrolls sideways`);
    assert.deepEqual(await faults(cashier), []);
  }
  assert.equal((await cashier.textContent(".ticket-number")).trim(), NUMBER);
  await cashier.getByRole("button", { name: /^Pay/ }).dblclick();
  await cashier.getByRole("heading", { name: "Delivered" }).waitFor();
  assert.equal(Math.round(((await ask("/accounts/balance")).balance - before) * 100), Math.round(-payment.price * 100));

  await cashier.goto(`${stage.root}/invoices/${id}/pay`);
  await cashier.getByText("can’t be paid").waitFor();
  assert.equal(await cashier.getByRole("button", { name: /^Pay/ }).count(), 0);
  assert.deepEqual(cashier.wrong, []);
});

test("an invoice that nobody wants any more is cancelled after a question", async () => {
  const { id } = await unpaid(10);
  const before = await ask("/accounts/balance");
  await cashier.goto(`${stage.root}/invoices/${id}`);
  await cashier.getByRole("button", { name: "Cancel the invoice" }).click();
  const question = cashier.getByRole("dialog", { name: "Cancel this invoice?" });
  await question.getByRole("button", { name: "Keep it" }).click();
  await question.waitFor({ state: "hidden" });
  await cashier.getByRole("button", { name: "Cancel the invoice" }).click();
  await question.getByRole("button", { name: "Cancel the invoice" }).click();
  await cashier.getByText("Cancelled").first().waitFor();
  assert.deepEqual(await ask("/accounts/balance"), before);
  assert.deepEqual(cashier.wrong, []);
});

test("a receipt is dark on light on paper, whatever the screen is", async () => {
  const { id } = await unpaid(50);
  await cashier.emulateMedia({ colorScheme: "dark" });
  await cashier.goto(`${stage.root}/invoices/${id}/pay`);
  await cashier.getByRole("button", { name: /^Pay/ }).click();
  await cashier.getByRole("heading", { name: "Delivered" }).waitFor();
  const light = (selector, property) =>
    cashier.locator(selector).first().evaluate((element, property) => {
      const [red, green, blue] = getComputedStyle(element)[property].match(/\d+/g).map(Number);
      return red + green + blue > 384;
    }, property);
  assert.ok(!(await light(".receipt", "backgroundColor")), "the screen is dark");
  await cashier.emulateMedia({ colorScheme: "dark", media: "print" });
  assert.ok(await light(".receipt", "backgroundColor"));
  for (const selector of [".ticket-number", ".receipt dt", ".receipt dd"]) assert.ok(!(await light(selector, "color")), selector);
  assert.ok(await cashier.getByRole("button", { name: "Print" }).isHidden());
  await cashier.emulateMedia({ colorScheme: null, media: null });
});

// Accounts in the console: made, paid into by one person, and by two where it is much.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomeOwner, invite, open, visit } from "./stage.mjs";

let stage, owner, finance;

before(async () => {
  stage = await open();
  owner = await visit(stage);
  await becomeOwner(stage, owner);
  finance = await invite(stage, owner, { name: "Fay Finance", login: "fay", role: "finance" });
});
after(() => stage.close());

const pay = async (page, account, amount) => {
  await page.goto(`${account}/funding`);
  await page.getByLabel("Amount in EUR").fill(amount);
  await page.getByLabel("Reason").fill("bank transfer");
  await page.getByRole("button", { name: "Pay", exact: true }).click();
};

test("a new account is paid into, and much of it by two people", async () => {
  await owner.goto(`${stage.root}/console/accounts`);
  await owner.getByRole("link", { name: "New account" }).click();
  await owner.getByLabel("Name", { exact: true }).fill("Café Lisboa");
  await owner.getByLabel("Currency").fill("EUR");
  await owner.getByLabel("Home country").selectOption("PT");
  await owner.getByRole("button", { name: "Create the account" }).click();
  await owner.getByRole("heading", { name: /Café Lisboa/ }).waitFor();
  const account = owner.url();

  await pay(finance, account, "1,000");
  assert.match(await finance.textContent("#note-amount"), /nothing between thousands/);
  await pay(finance, account, "250");
  await finance.waitForURL(account);
  assert.match(await finance.textContent("#statement"), /bank transfer/);

  await pay(finance, account, "50000");
  await finance.waitForURL("**/fundings");
  assert.equal(await finance.getByRole("button", { name: "Approve" }).count(), 0);
  await owner.goto(`${stage.root}/console`);
  await owner.getByText(/waits for a second person/).waitFor();
  await owner.locator("a[href='/console/accounts/fundings']").click();
  await owner.getByRole("button", { name: "Approve" }).first().click();
  const question = owner.getByRole("dialog");
  assert.match(await question.textContent(), /50,000\.00/);
  await question.getByRole("button", { name: "Approve" }).click();
  await owner.getByText("Nothing waits").waitFor();
  await owner.goto(account);
  assert.match(await owner.textContent(".stats"), /50,250\.00/);
  assert.deepEqual([owner.wrong, finance.wrong], [[], []]);
});

test("the log loads by itself whether it is whole, and is looked through", async () => {
  await owner.goto(`${stage.root}/console/audit`);
  await owner.getByText("The log is as it was written").waitFor();
  await owner.getByLabel("Action").selectOption("funding");
  await owner.getByText("approved a funding").first().waitFor();
  await owner.locator("#found", { hasText: "made an account" }).waitFor({ state: "detached" });
  assert.match(owner.url(), /action=funding/);
  assert.deepEqual(owner.wrong, []);
});

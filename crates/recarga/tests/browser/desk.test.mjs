// The desk: a key of one's own, and webhooks that arrive.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { enter, open, visit } from "./stage.mjs";

let stage, manager;

before(async () => {
  stage = await open();
  manager = await visit(stage, { acceptDownloads: true });
  await enter(manager, stage.ready.manager_url);
});
after(() => stage.close());

// Asks the API for the balance with a key.
const balance = (key) =>
  fetch(`${stage.ready.base_url}/accounts/balance`, { headers: { authorization: `Bearer ${key}` } });

// Sells 25 dollars at the counter and waits for the receipt.
const sell = async (number) => {
  await manager.goto(`${stage.root}/topups/new?number=${encodeURIComponent(number)}&product=at-t-usa&package=25`);
  await manager.getByRole("button", { name: /Top up for/ }).click();
  await manager.getByRole("heading", { name: "Delivered" }).waitFor();
};

// A receiver on this machine that keeps what it gets, and can be waited for.
const receiver = async () => {
  const got = [];
  const waiting = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const one = { headers: request.headers, body: Buffer.concat(chunks).toString() };
    response.writeHead(204).end();
    (waiting.shift() ?? ((late) => got.push(late)))(one);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const next = () => (got.length ? Promise.resolve(got.shift()) : new Promise((resolve) => waiting.push(resolve)));
  return { url: `http://127.0.0.1:${server.address().port}/hook`, next, close: () => server.close() };
};

test("a key is made, shown once, works, and is refused once it is revoked", async () => {
  await manager.goto(`${stage.root}/keys`);
  await manager.getByLabel("Name").fill("Web shop");
  await manager.getByRole("button", { name: "Make the key" }).click();
  const key = (await manager.textContent("#key")).trim();
  assert.match(key, /^rk_/);
  assert.equal((await balance(key)).status, 200);

  await manager.goto(`${stage.root}/keys`);
  assert.ok(!(await manager.content()).includes(key), "it is never shown again");
  const row = manager.getByRole("row", { name: /Web shop/ });
  assert.ok(!(await row.textContent()).includes("Not yet"), "its use is known");
  await row.getByRole("button", { name: "Revoke" }).click();
  const question = manager.getByRole("dialog", { name: "Revoke Web shop?" });
  await question.getByRole("button", { name: "Revoke" }).click();
  await manager.getByRole("row", { name: /Web shop.*Revoked/ }).waitFor();
  assert.equal((await balance(key)).status, 401);
  assert.deepEqual(manager.wrong, []);
});

test("a sale is told at the account's address, told again with the same id, and a test arrives", async () => {
  const shop = await receiver();
  await manager.goto(`${stage.root}/webhooks`);
  await manager.getByLabel("Address").fill(shop.url);
  await manager.getByRole("button", { name: "Save" }).click();
  await manager.getByRole("button", { name: "Send a test" }).waitFor();

  await sell("+15551234567");
  const first = await shop.next();
  assert.equal(JSON.parse(first.body).status, "complete");

  await manager.goto(`${stage.root}/webhooks`);
  await manager.getByRole("row", { name: /invoice\.complete.*Taken/ }).getByRole("link").click();
  await manager.getByRole("button", { name: "Send once more" }).click();
  const again = await shop.next();
  assert.equal(again.headers["webhook-id"], first.headers["webhook-id"]);
  assert.equal(again.body, first.body);

  await manager.goto(`${stage.root}/webhooks`);
  await manager.getByRole("button", { name: "Send a test" }).click();
  const tried = await shop.next();
  assert.equal(JSON.parse(tried.body).reference, "webhook.test");
  // The page looks again by itself until the receiver has taken it.
  await manager.getByText("Taken").waitFor();
  assert.equal((await manager.textContent("#event")).trim(), tried.headers["webhook-id"]);
  shop.close();
  assert.deepEqual(manager.wrong, []);
});

test("an order is found while somebody types, and the statement goes along as a file", async () => {
  await sell("+15551234777");
  await manager.goto(`${stage.root}/orders`);
  await manager.getByLabel("Number, id or reference").fill("+15551234777");
  await manager.getByRole("row", { name: /\+15551234777/ }).waitFor();
  await manager.getByRole("row", { name: /\+15551234567/ }).waitFor({ state: "detached" });
  await manager.getByRole("row", { name: /\+15551234777/ }).getByRole("link").click();
  await manager.getByText("Sent to be delivered").waitFor();
  await manager.goto(`${stage.root}/statement`);
  for (const kind of ["CSV", "XLSX"]) {
    const download = manager.waitForEvent("download");
    await manager.getByRole("link", { name: kind }).click();
    const file = await download;
    assert.match(file.suggestedFilename(), new RegExp(`^statement_.*\\.${kind.toLowerCase()}$`));
    assert.equal(await file.failure(), null);
  }
  assert.deepEqual(manager.wrong, []);
});

test("with a home country a number needs no code", async () => {
  await manager.goto(`${stage.root}/settings`);
  await manager.getByLabel("Home country").selectOption("US");
  const saved = manager.waitForEvent("framenavigated");
  await manager.getByRole("button", { name: "Save" }).click();
  await saved;
  await manager.goto(stage.root);
  await manager.getByLabel("Phone number").fill("555 123 4567");
  await manager.getByRole("heading", { name: "AT&T", exact: true }).waitFor();
  assert.deepEqual(manager.wrong, []);
});

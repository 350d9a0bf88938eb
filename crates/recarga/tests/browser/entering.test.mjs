// Coming in: from the first start to a code of an app, and being kept out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomeOwner, codeOf, enter, invite, open, signIn, visit } from "./stage.mjs";

let stage, owner;

before(async () => {
  stage = await open();
  owner = await visit(stage);
});
after(() => stage.close());

test("the first start leads to an owner in the console", async () => {
  await becomeOwner(stage, owner);
  assert.match(await owner.textContent("h1"), /Today/);
  const other = await visit(stage);
  await other.goto(stage.ready.setup_url);
  assert.match(await other.textContent("h1"), /doesn’t work any more/);
});

test("somebody who is invited makes a password and may do what the role says", async () => {
  const sam = await invite(stage, owner, { name: "Sam Support", login: "sam", role: "support" });
  assert.equal((await sam.goto(`${stage.root}/console/people`)).status(), 403);
  assert.equal(await sam.getByRole("link", { name: "People" }).count(), 0);
  await signIn(stage, await visit(stage), "SAM");
});

test("a cashier sees the counter and nothing of the house", async () => {
  const cashier = await visit(stage);
  await enter(cashier, stage.ready.cashier_url);
  assert.equal(new URL(cashier.url()).pathname, "/");
  for (const path of ["/console", "/console/people", "/people"]) {
    assert.equal((await cashier.goto(stage.root + path)).status(), 403, path);
  }
});

test("with an app for codes the password alone lets nobody in", async () => {
  await owner.goto(`${stage.root}/profile`);
  await owner.getByRole("link", { name: "Set up an app" }).click();
  const secret = (await owner.textContent("#secret")).trim();
  await owner.getByRole("textbox", { name: "Code" }).fill(codeOf(secret));
  await owner.getByRole("button", { name: "Turn on" }).click();
  const paper = (await owner.locator("#papers li").first().textContent()).trim();

  const page = await visit(stage);
  await signIn(stage, page, "ana@house.example");
  await page.getByRole("textbox", { name: "Code" }).fill("000000");
  await page.getByRole("button", { name: "Sign in" }).click();
  assert.match(await page.textContent(".alert"), /isn’t right/);
  await page.getByRole("textbox", { name: "Code" }).fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/console");

  const lost = await visit(stage);
  await signIn(stage, lost, "ana@house.example");
  await lost.getByRole("textbox", { name: "Code" }).fill(paper.toUpperCase());
  await lost.getByRole("button", { name: "Sign in" }).click();
  await lost.waitForURL("**/console");
});

test("a passkey signs in without a password, and proves again who somebody is", async () => {
  // Browsers tie keys to names, and an address is none.
  const root = stage.root.replace("127.0.0.1", "localhost");
  const page = await visit({ ...stage, root });
  const devices = await page.context().newCDPSession(page);
  await devices.send("WebAuthn.enable");
  await devices.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(stage.ready.manager_url.replace("127.0.0.1", "localhost"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${root}/`);
  await page.goto(`${root}/profile`);
  await page.getByLabel("Name of the key").fill("Phone");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("Not used yet").waitFor();
  await page.goto(`${root}/sign-in/again?next=/people`);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL(`${root}/people`);
  await page.context().clearCookies();
  await page.goto(`${root}/sign-in?next=/people`);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL(`${root}/people`);
  assert.deepEqual(page.wrong, []);
});

test("a session that is ended elsewhere lets nobody in any more", async () => {
  const cookie = (await owner.context().cookies()).length;
  assert.ok(cookie > 0);
  const before = await owner.goto(`${stage.root}/profile`);
  assert.equal(before.status(), 200);
  await owner.getByRole("button", { name: "Sign out everywhere else" }).click();
  await owner.waitForLoadState();
  assert.equal(await owner.getByRole("button", { name: "Sign out everywhere else" }).count(), 0);
});

test("pages work without a script, in the language that was chosen", async () => {
  const page = await visit(stage, { javaScriptEnabled: false });
  await page.goto(`${stage.root}/sign-in`);
  await page.locator("#language").selectOption("pt");
  await page.locator("noscript button, form[action='/preferences/language'] button").first().click();
  assert.equal(await page.getAttribute("html", "lang"), "pt");
  await page.getByRole("button", { name: "Escuro" }).click();
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
});

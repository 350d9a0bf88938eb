// A demo and a browser that looks at it. What a page asks of other hosts, writes to the console or breaks is kept.
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const modules = createRequire(join(process.env.BROWSER_MODULES, "node_modules/"));
const { chromium } = modules("playwright-core");
const axe = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const PASSWORD = "green parrots at noon";

// Starts a demo of its own, and a browser.
export const open = async (settings = []) => {
  const folder = mkdtempSync(join(tmpdir(), "recarga-browser-"));
  const flags = ["demo", "--json", "--port", "0", "--log", "warn", "--data", folder];
  const demo = spawn(process.env.PROGRAM, [...flags, ...settings], { stdio: ["ignore", "pipe", "inherit"] });
  const ready = await new Promise((resolve, reject) => {
    createInterface({ input: demo.stdout }).once("line", (line) => resolve(JSON.parse(line)));
    demo.once("exit", () => reject(new Error("the demo has ended")));
  });
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
  const close = async () => {
    await browser.close();
    const ended = new Promise((resolve) => demo.once("exit", resolve));
    demo.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true });
  };
  return { ready, browser, close, folder, root: ready.base_url.replace(/\/v2$/, "") };
};

// Opens a page in a browser that knows nobody yet.
export const visit = async (stage, options = {}) => {
  const context = await stage.browser.newContext({ locale: "en-US", ...options });
  const page = await context.newPage();
  page.wrong = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(stage.root) && !url.startsWith("data:")) page.wrong.push(`asks for ${url}`);
  });
  page.on("console", (message) => {
    // What a server refuses on purpose is told to the console as well.
    const expected = /status of (400|401|403|404|409|422|429)/.test(message.text());
    if (message.type() === "error" && !expected) page.wrong.push(message.text());
  });
  page.on("pageerror", (error) => page.wrong.push(error.message));
  return page;
};

// Makes the owner by the setup link, in a page.
export const becomeOwner = async (stage, page) => {
  await page.goto(stage.ready.setup_url);
  await page.getByLabel("Your name").fill("Ana Owner");
  await page.getByLabel("E-mail or short name").fill("ana@house.example");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Save and sign in" }).click();
  await page.waitForURL("**/console");
};

// Lets somebody of the house in by the owner's page; answers theirs.
export const invite = async (stage, owner, { name, login, role }) => {
  await owner.goto(`${stage.root}/console/people`);
  await owner.getByLabel("Their name").fill(name);
  await owner.getByLabel("E-mail or short name").fill(login);
  await owner.locator("#field-role").selectOption(role);
  await owner.getByRole("button", { name: "Make an invitation" }).click();
  const link = (await owner.textContent("#link")).trim();
  const page = await visit(stage);
  await page.goto(link);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Save and sign in" }).click();
  await page.waitForURL("**/console");
  return page;
};

// Comes in by a link that signs in.
export const enter = async (page, link) => {
  await page.goto(link);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/setup"));
};

export const signIn = async (stage, page, login, password = PASSWORD) => {
  await page.goto(`${stage.root}/sign-in`);
  await page.getByLabel("E-mail or name").fill(login);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
};

// What axe finds that keeps somebody from using the page.
export const faults = async (page) => {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }));
  const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(" | ")}`);
};

// How many pixels a page is wider than the window.
export const overhang = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

// The code that an app shows for a secret, some steps from now.
export const codeOf = (secret, steps = 0) => {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"));
  const key = Buffer.from(bits.join("").match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac("sha1", key).update(counter).digest();
  const place = digest[19] & 15;
  return String((digest.readUInt32BE(place) & 0x7fffffff) % 1_000_000).padStart(6, "0");
};

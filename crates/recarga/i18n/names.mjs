// Writes names.tsv: how Spanish, French and Portuguese call countries and currencies, as the Unicode CLDR has it, which
// comes with Node.js: node names.mjs > names.tsv. English names stand in data/countries.csv and in ISO 4217.
import { readFileSync } from "node:fs";

const LANGUAGES = ["es", "fr", "pt-BR"];
const countries = readFileSync(new URL("../../../data/countries.csv", import.meta.url), "utf8").trim().split("\n").slice(1);
const lines = (type, codes) => {
  const names = LANGUAGES.map((language) => new Intl.DisplayNames(language, { type, fallback: "none" }));
  // Currencies are common nouns: some languages' lists begin them small, others not.
  const small = (text) => (type === "currency" ? text[0].toLowerCase() + text.slice(1) : text);
  const row = (code) => [code, ...names.map((name) => name.of(code))];
  return codes.map(row).filter((row) => row.every(Boolean)).map(([code, ...of]) => [code, ...of.map(small)].join("\t"));
};
console.log("# CLDR", process.versions.cldr, "by Node.js' Intl.DisplayNames: see names.mjs");
console.log(lines("region", countries.map((line) => line.slice(0, 2))).join("\n"));
console.log(lines("currency", Intl.supportedValuesOf("currency")).join("\n"));

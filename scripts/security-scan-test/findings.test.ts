import { expect, test } from "bun:test";
import { sqlmapFindings, wapitiFindings } from "./findings.ts";

const entry = { method: "GET", path: "/history", info: "XSS via injection in q", parameter: "q" };

test("what wapiti finds counts; what is none is explained", () => {
  const header = { ...entry, path: "/", info: "X-XSS-Protection is not set", parameter: "" };
  const noToken = { method: "POST", info: "Lack of anti CSRF token" };
  const forms = [
    { ...noToken, path: "/login" },
    { ...noToken, path: "/logout" },
  ];
  const { found, explained } = wapitiFindings({
    vulnerabilities: { XSS: [entry], "HTTP Secure Headers": [header], "Cross Site Request Forgery": forms },
    anomalies: { "Internal Server Error": [{ ...entry, info: "500" }] },
  });
  expect(found).toEqual([
    "XSS: GET /history (q): XSS via injection in q",
    "Cross Site Request Forgery: POST /logout: Lack of anti CSRF token",
    "Internal Server Error: GET /history (q): 500",
  ]);
  expect(explained).toHaveLength(2);
  expect(() => wapitiFindings({ error: "none" })).toThrow();
});

test("sqlmap must have judged every parameter", () => {
  const sound = "[WARNING] GET parameter 'q' does not seem to be injectable";
  expect(sqlmapFindings(sound, ["q"]).found).toEqual([]);
  expect(sqlmapFindings(sound, ["q", "model"]).found).toEqual(["sqlmap gave no verdict on model"]);
  const bad = `${sound}\n[INFO] GET parameter 'model' is vulnerable. Do you want to keep testing?`;
  expect(sqlmapFindings(bad, ["q"]).found).toHaveLength(1);
});
